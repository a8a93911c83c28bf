// Tells observers of every request when it is over: answered, or left by its caller.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { stopwatch } from '../runtime/runtime.js';

export interface FinishedRequest {
  method: string;
  /** The pattern, like `/jobs/:jobId`; `(none)` when nothing is at the path. */
  route: string;
  status: number;
  seconds: number;
  correlationId: string;
  /** Whoever says that it asks. */
  actor: string | undefined;
  /** When the route names one. */
  jobId: string | undefined;
  /** The caller went away before the answer was whole: how most live streams end. */
  aborted: boolean;
}

/** Must not throw. */
export type RequestObserver = (request: FinishedRequest) => void;

/** A hook does it; what fails before the hooks run must do it itself. */
export function watchRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  observers: readonly RequestObserver[],
): void {
  const startedAt = stopwatch();
  // Not Fastify's onResponse: it is silent about callers who leave, and so about every reader of a live stream.
  reply.raw.once('close', () => {
    const finished: FinishedRequest = {
      method: request.method,
      route: request.routeOptions.url ?? '(none)',
      status: reply.raw.statusCode,
      seconds: stopwatch() - startedAt,
      correlationId: request.correlationId,
      actor: request.actor,
      jobId: (request.params as { jobId?: string } | undefined)?.jobId,
      aborted: !reply.raw.writableFinished,
    };
    for (const observe of observers) observe(finished);
  });
}

export function watchRequests(fastify: FastifyInstance, observers: readonly RequestObserver[]): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    watchRequest(request, reply, observers);
    done();
  });
}

/** Asked by machines every few seconds: of no interest to who reads a log or a trace. */
export const isProbe = (route: string): boolean => route === '/metrics' || /^\/health(\/|$)/.test(route);
