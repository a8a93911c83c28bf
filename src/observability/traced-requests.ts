// A span for each HTTP request, in the trace of its caller when that sends a `traceparent`.
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span, Tracer } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isProbe } from '../http/request-watch.js';
import { traceparentOf } from './trace-context.js';

/** Its hooks must be the first: the correlation id is the trace id unless the caller names another. */
export function traceRequests(fastify: FastifyInstance, tracer: Tracer): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? '(none)';
    if (!isProbe(route)) spans.set(request, start(request, reply, route, tracer));
    done();
  });
  // Later than onRequest: reading the body in between would lose the context.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else context.with(trace.setSpan(ROOT_CONTEXT, span), done);
  });
}

function start(request: FastifyRequest, reply: FastifyReply, route: string, tracer: Tracer): Span {
  const caller = propagation.extract(ROOT_CONTEXT, request.headers);
  const attributes = { 'http.request.method': request.method, 'http.route': route };
  const span = tracer.startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, caller);
  request.traceparent = traceparentOf(span.spanContext());
  reply.raw.once('close', () => {
    const { statusCode } = reply.raw;
    span.setAttribute('http.response.status_code', statusCode);
    span.setAttribute('daybook.correlation_id', request.correlationId);
    const { jobId } = (request.params ?? {}) as { jobId?: string };
    if (jobId !== undefined) span.setAttribute('daybook.job_id', jobId);
    if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
  return span;
}
