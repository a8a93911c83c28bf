// Lists: a page, an opaque cursor to the next one, and the same as a Link header (RFC 8288).
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
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

export interface ListAnswer<Item> {
  items: Item[];
  next: string | null;
}

export function answerList<Item>(
  { items, next }: { items: Item[]; next: Cursor | null },
  request: FastifyRequest,
  reply: FastifyReply,
): ListAnswer<Item> {
  if (next === null) return { items, next };
  const cursor = encode(next);
  const url = new URL(request.url, 'http://daybook');
  url.searchParams.set('after', cursor);
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
  return { items, next: cursor };
}
