// Events as an answer, in the form that the caller asks for: a page, lines, or CloudEvents.
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { LoggedEvent } from '../event-store/events-table.js';
import { Log, type LogFilter } from '../event-store/log.js';
import { cloudEventOf, jsonOf } from './event-formats.js';
import { pageLimitOf, type streamEventsQuery } from './event-requests.js';

/** Events that are read at once, so that others get their turn in between. */
export const pageSize = 64;

const formats = {
  json: 'application/json; charset=utf-8',
  lines: 'application/x-ndjson; charset=utf-8',
  cloudEvents: 'application/cloudevents-batch+json; charset=utf-8',
};

@Injectable()
export class EventAnswers {
  constructor(private readonly log: Log) {}

  /** Whether a stream has any events, also one whose subject was removed. */
  async hasEvents(streamId: string): Promise<boolean> {
    return (await this.log.page(0, Infinity, 1, { streamId })).events.length > 0;
  }

  /** @param streamId the stream that is asked for; the whole log when undefined */
  async answer(
    query: z.output<typeof streamEventsQuery>,
    streamId: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { type, recorded_from: recordedFrom, recorded_to: recordedTo, after } = query;
    const filter = { streamId, type, recordedFrom, recordedTo };
    if (accepts(request, 'application/x-ndjson')) {
      const lines = this.lines(after, query.limit ?? Infinity, filter);
      await reply.type(formats.lines).send(Readable.from(lines));
      return;
    }
    const limit = pageLimitOf(query);
    const events: LoggedEvent[] = [];
    const pages = this.log.pages(filter, { after, pageSize, limit: limit + 1 });
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
}

const accepts = (request: FastifyRequest, type: string): boolean =>
  (request.headers.accept ?? '').toLowerCase().includes(type);

function linkTo(request: FastifyRequest, after: string): string {
  const url = new URL(request.url, 'http://daybook');
  url.searchParams.set('after', after);
  return url.pathname + url.search;
}
