// A browser carries requests of any page that its user looks at to any address that it can reach, this service too: as
// they are (cross-site request forgery), or under a name of the page's owner that has been made to lead here (DNS
// rebinding). Neither is heard: a name must be one of ours, and a page as well.
import { isIP, isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';
import { problemOfStatus } from './problem-of.js';

/** @param names what this service is called, besides `localhost` and addresses */
export function refuseForeign(fastify: FastifyInstance, names: readonly string[]): void {
  const ours = new Set(names.map((name) => name.toLowerCase()));
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(problemOfHost(request, ours) ?? problemOfPage(request));
  });
}

/** A name, or an address in brackets, and perhaps a port. */
const hostAndPort = /^(\[[\da-f:.]+\]|[^\s:@/?#[\]\\]+)(?::\d{0,5})?$/i;

function problemOfHost({ headers }: FastifyRequest, ours: ReadonlySet<string>): Problem | undefined {
  const { host } = headers;
  if (host === undefined) return undefined;
  const name = nameIn(host);
  if (name === undefined) return problemOfStatus(400);
  if (isAddress(name) || ours.has(name) || name === 'localhost' || name.endsWith('.localhost'))
    return undefined;
  return new Problem(
    421,
    'unknown_host',
    `This service is not called ${name}: add it to ALLOWED_HOSTS if it is.`,
  );
}

const nameIn = (host: string): string | undefined =>
  hostAndPort.exec(host)?.[1]?.toLowerCase().replace(/\.$/, '');

/** No name, so nobody can have made it lead here. */
const isAddress = (name: string): boolean =>
  name.startsWith('[') ? isIPv6(name.slice(1, -1)) : isIP(name) !== 0;

/** Programs send neither header; browsers send both to whom they trust, and Origin with whatever changes something. */
function problemOfPage({ method, headers }: FastifyRequest): Problem | undefined {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (site === 'same-origin' || site === 'none') return undefined;
  if (site === undefined && (origin === undefined || isOf(host, origin))) return undefined;
  if (method === 'GET' && isNavigation(headers)) return undefined;
  const detail =
    'A web page of another origin must not ask this service: ask from a program, or from a page of its own.';
  return new Problem(403, 'foreign_origin', detail);
}

/** The user has followed a link, and the page that it was on does not see the answer. */
const isNavigation = ({ 'sec-fetch-mode': mode, 'sec-fetch-dest': destination }: FastifyRequest['headers']) =>
  mode === 'navigate' && destination === 'document';

/** Whatever the scheme: a proxy may speak HTTPS for us, and must pass Host on. */
const isOf = (host: string | undefined, origin: string): boolean =>
  host !== undefined && /^https?:\/\/(.+)$/i.exec(origin)?.[1]?.toLowerCase() === host.toLowerCase();
