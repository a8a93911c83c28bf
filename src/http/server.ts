// The HTTP server below Nest: what it accepts, and how it answers what never reaches a handler.
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { pointerOf } from '../runtime/json-pointer.js';
import type { Runtime } from '../runtime/runtime.js';
import { identifyAll } from './actor.js';
import { answerUnreadable } from './client-error.js';
import { refuseUnheededConditions } from './conditions.js';
import { limitConnections, patienceFor, serverOptions, type Patience } from './connections.js';
import { correlate, correlateAll } from './correlation.js';
import { refuseForeign } from './foreign-requests.js';
import { takeJson } from './json-body.js';
import { answerProblem } from './problem.filter.js';
import { invalidRequest } from './problem.js';
import { refuseUnreadable } from './readable-requests.js';
import { watchRequest, watchRequests, type RequestObserver } from './request-watch.js';
import { readBeforeAnswers } from './unread-body.js';

export interface ServerOptions {
  bodyLimitBytes: number;
  connectionsMax: number;
  /** What it is called, besides `localhost` and addresses. */
  hosts: readonly string[];
  runtime: Runtime;
  log: Logger;
  observers: readonly RequestObserver[];
  /** Hooks that come before all others. */
  prepare?: ((fastify: FastifyInstance) => void) | undefined;
  /** With slow clients; what suits bodies of that limit when not given. */
  patience?: Patience;
}

/** A model's name of 200 characters, each percent-encoded in up to twelve. */
const parameterLengthMax = 200 * 12;

export function createAdapter(options: ServerOptions): FastifyAdapter {
  const {
    bodyLimitBytes,
    runtime,
    log,
    observers,
    prepare,
    patience = patienceFor(bodyLimitBytes),
  } = options;
  const adapter = new FastifyAdapter({
    // There is no middleware, whose engine would look at every request.
    skipMiddie: true,
    http: serverOptions(patience),
    requestTimeout: patience.requestMs,
    keepAliveTimeout: patience.idleMs,
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
  readBeforeAnswers(fastify, runtime);
  limitConnections(fastify.server, options.connectionsMax, runtime);
  refuseUnreadable(fastify);
  refuseForeign(fastify, options.hosts);
  identifyAll(fastify);
  refuseUnheededConditions(fastify);
  refuseUnknownParameters(fastify);
  takeJson(fastify, bodyLimitBytes);
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
