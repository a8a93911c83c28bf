// The one place where errors become answers.
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Refusals } from '../audit/refusals.js';
import { anonymous } from '../event-store/event-store.js';
import { isRefusal } from '../runtime/refusal.js';
import { problemDocument, problemType, type Problem } from './problem.js';
import { problemOf } from './problem-of.js';
import { isProbe } from './request-watch.js';

export function answerProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): Problem {
  const problem = problemOf(error);
  if (problem.status >= 500) {
    // A probe that is answered 503 is no error: what is wrong is told once, by Health. Nor is a start.
    const isExpected = problem.code === 'starting' || isProbe(request.routeOptions.url ?? '');
    // Whoever is on call mends what a 503 tells of; an error is a defect of Daybook.
    const level = isExpected ? 'debug' : problem.status === 503 ? 'warn' : 'error';
    log[level]({ err: error, correlation_id: request.correlationId, path: pathOf(request) }, problem.message);
  }
  reply
    .code(problem.status)
    .headers(problem.headers)
    .type(problemType)
    .send(JSON.stringify(problemDocument(problem, request.url)));
  return problem;
}

/** Without the query: it may hold what is nobody's business. */
const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '';

const pathLengthMax = 2_000;

/** Whoever names itself; the worker of the attempt that was reported on, or in the body; else it is anonymous. */
function actorOf({ actor, body }: FastifyRequest, error: unknown): string {
  if (actor !== undefined) return actor;
  if (isRefusal(error) && error.reporter !== undefined) return error.reporter;
  const worker = typeof body === 'object' && body !== null && 'worker' in body ? body.worker : undefined;
  return typeof worker === 'string' ? worker.slice(0, 200) : anonymous;
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Logger,
    private readonly refusals: Refusals,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { code, status } = answerProblem(error, request, http.getResponse<FastifyReply>(), this.log);
    if (request.method === 'GET') return;
    const command = `${request.method} ${pathOf(request).slice(0, pathLengthMax)}`;
    this.refusals.keep({
      actor: actorOf(request, error),
      correlation_id: request.correlationId,
      command,
      code,
      status,
    });
  }
}
