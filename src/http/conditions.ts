// A condition that a command does not look at is refused: whoever sends one believes that it protects from something.
import type { FastifyInstance } from 'fastify';
import { invalidRequest } from './problem.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler looks at `If-Match`. */
    takesIfMatch?: boolean;
  }
}

/** Of RFC 9110 §13.1; on a GET, those that nothing looks at hold or are ignored, as it says there. */
const conditions = ['if-match', 'if-none-match', 'if-unmodified-since'] as const;
const names = {
  'if-match': 'If-Match',
  'if-none-match': 'If-None-Match',
  'if-unmodified-since': 'If-Unmodified-Since',
};

export function refuseUnheededConditions(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ method, headers, is404, routeOptions }, _reply, done) => {
    if (method === 'GET' || is404) {
      done();
      return;
    }
    const { takesIfMatch = false } = routeOptions.config;
    const problems = conditions
      .filter((name) => headers[name] !== undefined && !(takesIfMatch && name === 'if-match'))
      .map((name) => ({ pointer: `/${names[name]}`, detail: 'is not a condition that this request heeds' }));
    done(problems.length === 0 ? undefined : invalidRequest(problems));
  });
}
