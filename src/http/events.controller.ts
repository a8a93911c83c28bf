// The log, for auditors: in pages, as a whole, as CloudEvents, and live.
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { streamOf, type StreamKind } from '../event-store/kind.js';
import { Log } from '../event-store/log.js';
import { LogSignal } from '../event-store/log-signal.js';
import { KINDS } from '../kind/kind.js';
import { Runtime } from '../runtime/runtime.js';
import { eventsAnswer } from './event-schemas.js';
import { EventAnswers, pageSize } from './event-answers.js';
import { jsonOf } from './event-formats.js';
import { eventsQuery, lastEventId, streamQuery } from './event-requests.js';
import { OpenStreams } from './open-streams.js';
import { ApiRead } from './operation.js';
import { Problem } from './problem.js';
import { eventStream } from './responses.js';
import type { ServerSentEvents } from './server-sent-events.js';

/** How often a quiet live stream says that it is there, in milliseconds. */
const heartbeatMs = 15_000;

/** How long a live stream trusts the signal of this process; another one may write too. */
const lookMs = 1_000;

@ApiTags('Events')
@Controller()
export class EventsController {
  constructor(
    private readonly log: Log,
    private readonly answers: EventAnswers,
    @Inject(KINDS) private readonly kinds: readonly StreamKind[],
    private readonly signal: LogSignal,
    private readonly streams: OpenStreams,
    private readonly runtime: Runtime,
  ) {}

  @Get('events')
  @RouteConfig({ takesQuery: true })
  @ApiRead({ id: 'listEvents', summary: 'Reads the log.', answers: { 200: eventsAnswer } })
  async list(
    @Query({ schema: eventsQuery }) query: z.output<typeof eventsQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { job_id: jobId } = query;
    const streamId = jobId === undefined ? undefined : this.streamOf('job', jobId);
    await this.answers.answer(query, streamId, request, reply);
  }

  @Get('events/stream')
  @RouteConfig({ takesQuery: true })
  @ApiRead({
    id: 'followEvents',
    summary: 'Follows the log: what is there, then what comes.',
    answers: { 200: eventStream('Server-Sent Events: the position as id, an Event as data.') },
    problems: ['too_many_streams', 'position_not_found'],
  })
  async live(
    @Query({ schema: streamQuery }) { after }: z.output<typeof streamQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const from = lastEventId(request) ?? after;
    const end = await this.log.end();
    // Whoever was further once would miss all that takes the place of what it has seen.
    if (from > end) throw new Problem(404, 'position_not_found', noPosition(from, end));
    await this.streams.run(reply, (stream) => this.follow(stream, from));
  }

  /** @param name of a kind, as in the member by which its subjects are named: `job_id` */
  private streamOf(name: string, subject: string): string {
    const kind = this.kinds.find((each) => each.name === name);
    return kind === undefined ? subject : streamOf(kind, subject);
  }

  /** From a position to the end of the log, and then on as it grows: by position, so nothing is lost or repeated. */
  private async follow(stream: ServerSentEvents, from: number): Promise<void> {
    let quietSinceMs = this.runtime.nowMs();
    for (let position = from; !stream.closed.aborted;) {
      await this.log.nextTurn();
      const { events, scannedTo } = await this.log.page(position, await this.log.end(), pageSize, {});
      await stream.send(events.map((event) => ({ id: String(event.position), data: jsonOf(event) })));
      position = Math.max(position, scannedTo);
      if (events.length > 0) {
        quietSinceMs = this.runtime.nowMs();
        continue;
      }
      await this.signal.wait(lookMs, this.runtime, stream.closed);
      if (this.runtime.nowMs() - quietSinceMs < heartbeatMs) continue;
      quietSinceMs = this.runtime.nowMs();
      await stream.heartbeat();
    }
  }
}

const noPosition = (from: number, end: number): string =>
  `The log ends at event ${end}, so there is nothing after ${from}: it was put back to an older copy. Begin again.`;
