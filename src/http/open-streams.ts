// The live streams that are open: their number is limited, and a service that stops ends them with a word.
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { isRefusal } from '../runtime/refusal.js';
import { Runtime } from '../runtime/runtime.js';
import { Problem } from './problem.js';
import { ServerSentEvents } from './server-sent-events.js';
import { SERVICE_LOG } from '../runtime/service-log.js';

const openMax = 1_000;

@Injectable()
export class OpenStreams {
  private readonly open = new Set<ServerSentEvents>();

  constructor(
    private readonly runtime: Runtime,
    @Inject(SERVICE_LOG) private readonly log: Logger,
  ) {}

  get count(): number {
    return this.open.size;
  }

  /**
   * Runs a stream to its end.
   * @throws Problem 503 `too_many_streams`
   */
  async run(reply: FastifyReply, follow: (stream: ServerSentEvents) => Promise<void>): Promise<void> {
    if (this.open.size >= openMax) {
      throw new Problem(
        503,
        'too_many_streams',
        `${openMax} live streams are open already.`,
        {},
        { 'retry-after': '5' },
      );
    }
    const stream = new ServerSentEvents(reply, this.runtime);
    this.open.add(stream);
    try {
      await follow(stream);
    } catch (error) {
      if (isRefusal(error)) {
        stream.end(error.code, error.message);
        return;
      }
      this.log.error({ err: error, correlation_id: reply.request.correlationId }, 'a live stream broke');
      // The headers have gone out: all that can still be said is that it is over.
      stream.end('internal_error', 'The stream broke; go on from the last event id.');
    } finally {
      this.open.delete(stream);
    }
  }

  /** When the service stops. */
  endAll(): void {
    for (const stream of this.open)
      stream.end('service_stopping', 'The service stops; go on from the last event id.');
  }
}
