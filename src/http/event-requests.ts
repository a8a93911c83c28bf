// What the requests for events may ask.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalidRequest } from './problem.js';
import { time } from './time.js';
import { wholeNumber } from './whole-number.js';

/** In the log, or of a job's stream. */
const position = wholeNumber(0);

/** Lines are streamed, however many; a page is made in memory. */
const limit = wholeNumber(1, 1_000_000_000).optional();

export const eventsQuery = z.strictObject({
  after: position.prefault(0),
  limit,
  job_id: z.string().min(1).max(100).optional(),
  type: z.string().min(1).max(100).optional(),
  recorded_from: time.optional(),
  recorded_to: time.optional(),
});

/** Of the events of one stream. */
export const streamEventsQuery = eventsQuery.omit({ job_id: true });

export const streamQuery = z.strictObject({ after: position.prefault(0) });

/**
 * How many events one answer that is no stream of lines may hold.
 * @throws Problem 422 above 1,000
 */
export function pageLimitOf({ limit: asked = 100 }: { limit?: number | undefined }): number {
  if (asked <= 1_000) return asked;
  const detail = 'must be at most 1000, or ask for lines with Accept: application/x-ndjson';
  throw invalidRequest([{ pointer: '/limit', detail }]);
}

/**
 * The position after which a client that comes back wants to go on; undefined when it has none.
 * @throws Problem 422 when the header is not one that this service gave
 */
export function lastEventId(request: FastifyRequest): number | undefined {
  const header = request.headers['last-event-id'];
  if (header === undefined || header === '') return undefined;
  const given = position.safeParse(header);
  if (given.success) return given.data;
  throw invalidRequest([{ pointer: '/Last-Event-ID', detail: 'must be an id that this stream gave' }]);
}
