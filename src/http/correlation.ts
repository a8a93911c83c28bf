// Every request belongs to something: the id comes with it (X-Correlation-Id, or the trace of a W3C traceparent) or
// is made here; it goes back with the answer and into the metadata of every event that the request causes.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Runtime } from '../runtime/runtime.js';

declare module 'fastify' {
  interface FastifyRequest {
    correlationId: string;
    /** The span of this request while traces are kept: in the caller's trace, or in one of its own. */
    traceparent: string | undefined;
    /** Names the command that the request is: what its events follow from. Empty when it asks for nothing to happen. */
    commandId: string;
  }
}

const acceptable = /^[\x21-\x7e]{1,128}$/;
/** Version ff and a trace of zeros only are invalid. */
const traceparent = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/;

const isOne = (header: string | string[] | undefined): header is string => typeof header === 'string';

/** Gives a request its id. A hook does it; what fails before the hooks run must do it itself. */
export function correlate(request: FastifyRequest, reply: FastifyReply, runtime: Runtime): void {
  const given = request.headers['x-correlation-id'];
  const trace = request.traceparent ?? request.headers.traceparent;
  request.correlationId =
    (isOne(given) && acceptable.test(given) ? given : undefined) ??
    (isOne(trace) ? traceparent.exec(trace)?.[1] : undefined) ??
    runtime.uuid();
  if (request.method !== 'GET') request.commandId = runtime.uuid();
  reply.header('x-correlation-id', request.correlationId);
}

export function correlateAll(fastify: FastifyInstance, runtime: Runtime): void {
  fastify.decorateRequest('correlationId', '');
  fastify.decorateRequest('traceparent', undefined);
  fastify.decorateRequest('commandId', '');
  fastify.addHook('onRequest', (request, reply, done) => {
    correlate(request, reply, runtime);
    done();
  });
}
