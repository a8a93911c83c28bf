// One line of the log for each request. It names the route and not the URL: a query, a header or a body may hold what
// is nobody's business.
import type { Level, Logger } from 'pino';
import { isProbe, type FinishedRequest, type RequestObserver } from './request-watch.js';

/** From when on a request is worth a line by itself. */
const slowSeconds = 1;

/** What succeeds is at debug: its line takes 4 µs, a twentieth of a command and a sixth of a request that does nothing. */
function levelOf({ route, status, seconds }: FinishedRequest): Level {
  if (isProbe(route)) return 'debug';
  if (status >= 500) return 'warn';
  return status >= 400 || seconds >= slowSeconds ? 'info' : 'debug';
}

export const requestLog =
  (log: Logger): RequestObserver =>
  (request) => {
    const level = levelOf(request);
    if (!log.isLevelEnabled(level)) return;
    const { method, route, status, seconds, correlationId, jobId, actor, aborted } = request;
    const line = {
      method,
      route,
      status,
      duration_ms: Math.round(seconds * 1e6) / 1e3,
      correlation_id: correlationId,
      actor,
      job_id: jobId,
      aborted: aborted || undefined,
    };
    log[level](line, 'request');
  };
