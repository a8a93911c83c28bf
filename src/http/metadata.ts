// Who asks, and on what request: what the events that follow will say.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Metadata } from '../event-store/event-store.js';

/** `@Caller()`: until there are keys, a caller is anonymous, or the worker that it says it is. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Metadata => {
  const { correlationId, commandId, traceparent } = context.switchToHttp().getRequest<FastifyRequest>();
  const caller = { actor: 'anonymous', correlation_id: correlationId, causation_id: commandId };
  return traceparent === undefined ? caller : { ...caller, traceparent };
});
