// Who asks, and on what request: what the events that follow will say.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { anonymous, type Metadata } from '../event-store/event-store.js';

/** `@Caller()`: until there are keys, a caller is anonymous, or whoever it says it is. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Metadata => {
  const { actor, correlationId, commandId, traceparent } = context
    .switchToHttp()
    .getRequest<FastifyRequest>();
  const caller = { actor: anonymous, correlation_id: correlationId, causation_id: commandId };
  const traced = traceparent === undefined ? caller : { ...caller, traceparent };
  return actor === undefined ? traced : { ...traced, actor, actor_proven: false };
});
