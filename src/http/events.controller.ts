// The log, for auditors: in pages, as a whole, as CloudEvents, and live.
import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { LoggedEvent } from '../event-store/events-table.js';
import { Log, type LogFilter } from '../event-store/log.js';
import { LogSignal } from '../event-store/log-signal.js';
import { Runtime } from '../runtime/runtime.js';
import { eventsAnswer } from './event-schemas.js';
import { cloudEventOf, jsonOf } from './event-formats.js';
import { eventsQuery, jobEventsQuery, lastEventId, pageLimitOf, streamQuery } from './event-requests.js';
import { OpenStreams } from './open-streams.js';
import { ApiRead } from './operation.js';
import { Problem } from './problem.js';
import { eventStream } from './responses.js';
import type { ServerSentEvents } from './server-sent-events.js';

/** Events that are read at once, so that others get their turn in between. */
const pageSize = 64;

/** How often a quiet live stream says that it is there, in milliseconds. */
const heartbeatMs = 15_000;

/** How long a live stream trusts the signal of this process; another one may write too. */
const lookMs = 1_000;

const formats = {
  json: 'application/json; charset=utf-8',
  lines: 'application/x-ndjson; charset=utf-8',
  cloudEvents: 'application/cloudevents-batch+json; charset=utf-8',
};

@ApiTags('Events')
@Controller()
export class EventsController {
  constructor(
    private readonly log: Log,
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
    await this.answer(query, request, reply);
  }

  @Get('jobs/:jobId/events')
  @RouteConfig({ takesQuery: true })
  @ApiRead({
    id: 'listJobEvents',
    summary: 'Reads the events of one job, also of one that was removed.',
    answers: { 200: eventsAnswer },
    problems: ['job_not_found'],
  })
  async ofJob(
    @Param('jobId') jobId: string,
    @Query({ schema: jobEventsQuery }) query: z.output<typeof jobEventsQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const filter = { ...query, job_id: jobId };
    const { streamId } = filterOf(filter);
    if ((await this.log.page(0, Infinity, 1, { streamId })).events.length === 0) {
      throw new Problem(404, 'job_not_found', `There is no job ${jobId}.`);
    }
    await this.answer(filter, request, reply);
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

  private async answer(
    query: z.output<typeof eventsQuery>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const filter = filterOf(query);
    if (accepts(request, 'application/x-ndjson')) {
      await reply
        .type(formats.lines)
        .send(Readable.from(this.lines(query.after, query.limit ?? Infinity, filter)));
      return;
    }
    const limit = pageLimitOf(query);
    const events: LoggedEvent[] = [];
    const pages = this.log.pages(filter, { after: query.after, pageSize, limit: limit + 1 });
    for await (const page of pages) events.push(...page);
    const items = events.slice(0, limit);
    const next = events.length > limit ? String(items.at(-1)?.position) : null;
    if (next !== null) reply.header('link', `<${linkTo(request, next)}>; rel="next"`);
    if (accepts(request, 'application/cloudevents-batch+json')) {
      const batch = items.map((event) => cloudEventOf(event, '/events'));
      await reply.type(formats.cloudEvents).send(JSON.stringify(batch));
    } else {
      await reply
        .type(formats.json)
        .send(`{"items":[${items.map(jsonOf).join(',')}],"next":${JSON.stringify(next)}}`);
    }
  }

  private async *lines(after: number, limit: number, filter: LogFilter): AsyncGenerator<string> {
    for await (const page of this.log.pages(filter, { after, pageSize, limit })) {
      if (page.length > 0) yield `${page.map(jsonOf).join('\n')}\n`;
    }
  }

  /** From a position to the end of the log, and then on as it grows: by position, so nothing is lost or repeated. */
  private async follow(stream: ServerSentEvents, from: number): Promise<void> {
    let quietSinceMs = this.runtime.nowMs();
    for (let position = from; !stream.closed.aborted;) {
      const { events, scannedTo } = await this.log.page(position, await this.log.end(), pageSize, {});
      await stream.send(events.map((event) => ({ id: String(event.position), data: jsonOf(event) })));
      position = Math.max(position, scannedTo);
      if (events.length > 0) {
        quietSinceMs = this.runtime.nowMs();
        await this.runtime.nextTurn();
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

const filterOf = (query: z.output<typeof eventsQuery>): LogFilter => ({
  streamId: query.job_id === undefined ? undefined : `job-${query.job_id}`,
  type: query.type,
  recordedFrom: query.recorded_from,
  recordedTo: query.recorded_to,
});

const accepts = (request: FastifyRequest, type: string): boolean =>
  (request.headers.accept ?? '').toLowerCase().includes(type);

function linkTo(request: FastifyRequest, after: string): string {
  const url = new URL(request.url, 'http://daybook');
  url.searchParams.set('after', after);
  return url.pathname + url.search;
}
