// What an operation may answer, as the OpenAPI document says it: a description, headers, and a schema for the body.
import type { ApiResponseMetadata } from '@nestjs/swagger';
import type { z } from 'zod';

/** Of JSON that is text already. */
export const jsonType = 'application/json; charset=utf-8';

/** The headers that answers carry, by name. */
const headers = {
  'X-Correlation-Id': 'The id that the request came with, or was given; every event that it caused keeps it.',
  ETag: 'The version of the job, like `"7"`: for If-Match and If-None-Match.',
  Location: 'Where what was made can be followed.',
  Link: 'The next page, as `<…>; rel="next"`; absent on the last one.',
  'Retry-After': 'In seconds.',
  'Idempotency-Replayed': '`true` when this is the first answer again, for the same Idempotency-Key.',
} as const;

type AnswerHeader = keyof typeof headers;

/** For the components of the document. */
export const headerComponents = Object.fromEntries(
  Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
);

export type DescribedAnswer = Pick<
  ApiResponseMetadata,
  'description' | 'headers' | 'standardSchema' | 'content'
>;

export const headerReferences = (...names: readonly AnswerHeader[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

export const empty = (description: string, ...names: readonly AnswerHeader[]) => ({
  description,
  headers: headerReferences('X-Correlation-Id', ...names),
});

export const json = (description: string, schema: z.ZodType, ...names: readonly AnswerHeader[]) => ({
  ...empty(description, ...names),
  standardSchema: schema,
});

/** What is not, or not only, plain JSON: a schema for each media type. */
export const content = (
  description: string,
  schemas: Readonly<Record<string, object>>,
  ...names: readonly AnswerHeader[]
) => ({
  ...empty(description, ...names),
  content: Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }])),
});

export const text = (description: string, type = 'text/plain') =>
  content(description, { [type]: { type: 'string' } });

export const eventStream = (description: string) => text(description, 'text/event-stream');
