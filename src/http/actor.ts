// Who asks. Until there are keys it is whoever `X-Actor` names: taken as given, and marked as unproven in every event.
import type { FastifyInstance } from 'fastify';
import { ownActor } from '../event-store/event-store.js';
import { invalidRequest } from './problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** As `X-Actor` names it; undefined when it names nobody. */
    actor: string | undefined;
  }
}

/** Printable ASCII, as a header can carry it everywhere; spaces only between other characters. */
const acceptable = /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/;

export function identifyAll(fastify: FastifyInstance): void {
  fastify.decorateRequest('actor', undefined);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const given = request.headers['x-actor'];
    if (given === undefined) {
      done();
      return;
    }
    const detail = problemOf(String(given));
    if (detail === undefined) request.actor = String(given);
    done(detail === undefined ? undefined : invalidRequest([{ pointer: '/X-Actor', detail }]));
  });
}

function problemOf(given: string): string | undefined {
  if (!acceptable.test(given)) return 'must be 1 to 200 printable characters of ASCII';
  // Nobody proves it; but what the service did by itself must not be in doubt.
  return given === ownActor ? `must not be ${ownActor}: that is the service itself` : undefined;
}
