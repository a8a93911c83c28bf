// What a request says before its body must be said clearly: where two readings are possible, a proxy before us may take
// the other one.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Problem } from './problem.js';
import { problemOfStatus } from './problem-of.js';

export function refuseUnreadable(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(problemOf(request));
  });
}

function problemOf({ raw, headers, url }: FastifyRequest): Problem | undefined {
  const hosts = raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  // Before HTTP/1.1 there was none; the health checks of some proxies speak 1.0.
  if (hosts.length > 1 || (hosts.length === 0 && raw.httpVersion !== '1.0')) return problemOfStatus(400);
  if (!isReadable(url)) return problemOfStatus(400);
  const { expect } = headers;
  return expect === undefined || /^100-continue$/i.test(expect) ? undefined : problemOfStatus(417);
}

/** ASCII, and what is percent-encoded is UTF-8. The path, the router has read. */
function isReadable(url: string): boolean {
  if (/[^\x21-\x7e]/.test(url)) return false;
  const start = url.indexOf('?');
  if (start === -1) return true;
  try {
    decodeURIComponent(url.slice(start));
    return true;
  } catch {
    return false;
  }
}
