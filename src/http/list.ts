// Lists: a page, an opaque cursor to the next one, and the same as a Link header (RFC 8288).
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Room } from '../runtime/room.js';
import { bytesOf } from './bytes.js';
import { jsonType } from './responses.js';
import { wholeNumber } from './whole-number.js';

type Cursor = readonly (string | number)[];

const encode = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** The parameters that every list takes, with a cursor of the given shape. */
export const listParameters = <Shape extends z.ZodType<Cursor>>(shape: Shape) => ({
  limit: wholeNumber(1, 1000).prefault(100),
  after: z
    .string()
    .max(4096)
    .transform((text, context) => {
      const cursor = shape.safeParse(decoded(text));
      if (cursor.success) return cursor.data;
      context.addIssue({ code: 'custom', message: 'is not a cursor that this list gave' });
      return z.NEVER;
    })
    .optional(),
});

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** An item of a list as JSON text, in parts, and where the list goes on after it. */
export interface Listed {
  texts: readonly string[];
  cursor: Cursor;
}

/** A page of a list as JSON texts, and where the next one starts; null when this is the last. */
export interface Page {
  items: (readonly string[])[];
  next: Cursor | null;
}

/** About how much text a page holds, in characters: it is in memory while its caller reads it. A longer item is one alone. */
export const pageCharacters = 1_048_576;

/** Who waits for its turn to build a page holds nothing yet: more at once would be no faster. */
const building = new Room(4);

/** The first items, as many as asked for or as a page holds. */
export async function pageOf(
  slices: AsyncIterable<readonly Listed[]> | Iterable<readonly Listed[]>,
  limit: number,
): Promise<Page> {
  const leave = await building.enter();
  try {
    return await firstOf(slices, limit);
  } finally {
    leave();
  }
}

async function firstOf(
  slices: AsyncIterable<readonly Listed[]> | Iterable<readonly Listed[]>,
  limit: number,
): Promise<Page> {
  const items: (readonly string[])[] = [];
  let characters = 0;
  let last: Listed | undefined;
  for await (const slice of slices) {
    for (const item of slice) {
      const length = item.texts.reduce((sum, text) => sum + text.length, 0);
      const isFull = items.length === limit || characters + length > pageCharacters;
      if (last !== undefined && isFull) return { items, next: last.cursor };
      items.push(item.texts);
      characters += length;
      last = item;
    }
  }
  return { items, next: null };
}

/** As the parts of one text, with commas in between. */
export const separated = (items: readonly (readonly string[])[]): string[] =>
  items.flatMap((texts, index) => (index === 0 ? texts : [',', ...texts]));

/**
 * A page as it goes out; sets its headers.
 * @param written how a cursor is given to the caller
 */
export function answerPage(
  { items, next }: Page,
  request: FastifyRequest,
  reply: FastifyReply,
  written: (cursor: Cursor) => string = encode,
): Buffer {
  const cursor = next === null ? null : written(next);
  if (cursor !== null) linkTo(cursor, request, reply);
  void reply.type(jsonType);
  return bytesOf(['{"items":[', ...separated(items), `],"next":${JSON.stringify(cursor)}}`]);
}

/** Says where the next page is. */
export function linkTo(cursor: string, request: FastifyRequest, reply: FastifyReply): void {
  const url = new URL(request.url, 'http://daybook');
  url.searchParams.set('after', cursor);
  void reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
}
