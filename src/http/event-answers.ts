// Events as an answer, in the form that the caller asks for: a page, lines, or CloudEvents.
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { LoggedEvent } from '../event-store/events-table.js';
import { Log, type LogFilter } from '../event-store/log.js';
import { bytesOf } from './bytes.js';
import { cloudEventOf, jsonOf } from './event-formats.js';
import { answerPage, linkTo, pageOf, separated, type Listed } from './list.js';
import { pageLimitOf, type streamEventsQuery } from './event-requests.js';

/** Events that are read at once, so that others get their turn in between. */
export const pageSize = 64;

const formats = {
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
    const isBatch = accepts(request, 'application/cloudevents-batch+json');
    const textsOf = isBatch ? (event: LoggedEvent) => cloudEventOf(event, '/events') : jsonOf;
    const limit = pageLimitOf(query);
    const page = await pageOf(this.listed(filter, { after, limit: limit + 1 }, textsOf), limit);
    if (!isBatch) {
      await reply.send(answerPage(page, request, reply, String));
      return;
    }
    if (page.next !== null) linkTo(String(page.next), request, reply);
    await reply.type(formats.cloudEvents).send(bytesOf(['[', ...separated(page.items), ']']));
  }

  private async *listed(
    filter: LogFilter,
    { after, limit }: { after: number; limit: number },
    textsOf: (event: LoggedEvent) => string[],
  ): AsyncGenerator<Listed[]> {
    for await (const page of this.log.pages(filter, { after, pageSize, limit }))
      yield page.map((event) => ({ texts: textsOf(event), cursor: [event.position] }));
  }

  private async *lines(after: number, limit: number, filter: LogFilter): AsyncGenerator<Buffer> {
    for await (const page of this.log.pages(filter, { after, pageSize, limit })) {
      if (page.length > 0) yield bytesOf(page.flatMap((event) => [...jsonOf(event), '\n']));
    }
  }
}

const accepts = (request: FastifyRequest, type: string): boolean =>
  (request.headers.accept ?? '').toLowerCase().includes(type);
