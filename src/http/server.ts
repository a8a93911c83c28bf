// The HTTP server below Nest: what it accepts, and how it answers what never reaches a handler.
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Runtime } from '../runtime/runtime.js';
import { identifyAll } from './actor.js';
import { answerUnreadable } from './client-error.js';
import { correlate, correlateAll } from './correlation.js';
import { answerProblem } from './problem.filter.js';
import { invalidRequest } from './problem.js';
import { watchRequest, watchRequests, type RequestObserver } from './request-watch.js';
import { pointerOf } from './validation.js';

export interface ServerOptions {
  bodyLimitBytes: number;
  runtime: Runtime;
  log: Logger;
  observers: readonly RequestObserver[];
  /** Hooks that come before all others. */
  prepare?: ((fastify: FastifyInstance) => void) | undefined;
}

/** A model's name of 200 characters, each percent-encoded in up to twelve. */
const parameterLengthMax = 200 * 12;

export function createAdapter(options: ServerOptions): FastifyAdapter {
  const { bodyLimitBytes, runtime, log, observers, prepare } = options;
  const adapter = new FastifyAdapter({
    // There is no middleware, whose engine would look at every request.
    skipMiddie: true,
    bodyLimit: bodyLimitBytes,
    routerOptions: { maxParamLength: parameterLengthMax },
    forceCloseConnections: 'idle',
    // Whoever still has a connection when the service stops is served, and then let go.
    return503OnClosing: false,
    frameworkErrors: (error: Error, request: unknown, reply: unknown) => {
      correlate(request as FastifyRequest, reply as FastifyReply, runtime);
      watchRequest(request as FastifyRequest, reply as FastifyReply, observers);
      answerProblem(error, request as FastifyRequest, reply as FastifyReply, log);
    },
    clientErrorHandler: (error, socket) => {
      answerUnreadable(error, socket, runtime);
    },
  });
  const fastify = adapter.getInstance();
  prepare?.(fastify);
  correlateAll(fastify, runtime);
  watchRequests(fastify, observers);
  identifyAll(fastify);
  refuseUnknownParameters(fastify);
  fastify.removeAllContentTypeParsers();
  // No object of ours is merged with one of a caller's, and schemas refuse what they do not know: in a result any key goes.
  const parseJson = fastify.getDefaultJsonParser('ignore', 'ignore');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body !== '') return parseJson(request, body as string, done);
    done(null, undefined);
    return undefined;
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    // A POST without a body is a POST with {}.
    if (request.method === 'POST' && request.body === undefined) request.body = {};
    done();
  });
  return adapter;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler takes query parameters, and checks them itself. */
    takesQuery?: boolean;
  }
}

/** A parameter that nothing reads is a mistake of the caller, who would never learn of it. */
function refuseUnknownParameters(fastify: FastifyInstance): void {
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (!request.url.includes('?') || request.is404 || request.routeOptions.config.takesQuery === true) {
      done();
      return;
    }
    const names = Object.keys(request.query as object);
    const problems = names.map((name) => ({
      pointer: pointerOf([name]),
      detail: 'is not a parameter of this request',
    }));
    done(problems.length === 0 ? undefined : invalidRequest(problems));
  });
}
