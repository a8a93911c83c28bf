// What a handler tells the OpenAPI document: one decorator that names schemas and codes which are declared once.
import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { problemAnswer, referenceTo } from './answer.js';
import { codesOfBodies, codesOfMechanisms, codesOfRequests, type ProblemCodes } from './problem-codes.js';

/** The headers that answers carry, by name. */
const headers = {
  'X-Correlation-Id': 'The id that the request came with, or was given; every event that it caused keeps it.',
  ETag: 'The version of the job, like `"7"`: for If-Match and If-None-Match.',
  Location: 'Where what was made can be followed.',
  Link: 'The next page, as `<…>; rel="next"`; absent on the last one.',
  'Retry-After': 'In seconds.',
} as const;

type AnswerHeader = keyof typeof headers;

/** What a client may send, by when it makes sense. */
const parameters = {
  'X-Correlation-Id': "An id of the caller's; without it the trace id of a `traceparent`, or a new one.",
  'If-Match': 'The ETag that the caller believes to be changing.',
  'If-None-Match': 'The ETag that the caller has already: then the answer is 304.',
  'Last-Event-ID': 'The last id that the caller has seen: the stream goes on after it.',
} as const;

export interface Answer {
  description: string;
  headers: readonly AnswerHeader[];
  content: Readonly<Record<string, object>>;
}

export const empty = (description: string, ...headers: AnswerHeader[]): Answer => ({
  description,
  headers,
  content: {},
});

export const json = (description: string, schema: z.ZodType, ...headers: AnswerHeader[]): Answer => ({
  description,
  headers,
  content: { 'application/json': referenceTo(schema) },
});

export const text = (description: string, type = 'text/plain'): Answer => ({
  description,
  headers: [],
  content: { [type]: { type: 'string' } },
});

export const eventStream = (description: string): Answer => text(description, 'text/event-stream');

export interface Operation<Code extends PropertyKey> {
  /** A plain name for the function that a generated client has. */
  id: string;
  /** What it does, in a line. */
  summary: string;
  answers: Readonly<Record<number, Answer>>;
  /** The codes that it may be refused with, beyond those of every request. */
  problems?: readonly Code[];
}

type Known<Codes> = keyof Codes | keyof typeof codesOfMechanisms;

/** The decorators of one part of the service, which knows codes of its own. */
export function operationsWith<Codes extends ProblemCodes>(own: Codes) {
  const all: ProblemCodes = { ...codesOfRequests, ...codesOfBodies, ...codesOfMechanisms, ...own };
  const describe = ({ id, summary, answers, problems = [] }: Operation<Known<Codes>>, shared: ProblemCodes) =>
    applyDecorators(
      ApiOperation({ operationId: id, summary }),
      ...parametersOf(Object.entries(answers), problems.includes('version_conflict')),
      ...Object.entries(answers).map(([status, answer]) => ApiResponse(responseOf(Number(status), answer))),
      ...problemResponses(all, Object.keys(shared), problems.map(String)),
    );
  return {
    /** Something that only reads. */
    Question: (operation: Operation<Known<Codes>>) => describe(operation, codesOfRequests),
    /** Something with a body, which may change things. */
    Command: (operation: Operation<Known<Codes>>) =>
      describe(operation, { ...codesOfRequests, ...codesOfBodies }),
  };
}

const responseOf = (status: number, { description, headers, content }: Answer) => ({
  status,
  description,
  headers: headersNamed('X-Correlation-Id', ...headers),
  content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
});

const headersNamed = (...names: readonly AnswerHeader[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

function parametersOf(answers: readonly (readonly [string, Answer])[], takesIfMatch: boolean) {
  const names: (keyof typeof parameters)[] = ['X-Correlation-Id'];
  if (takesIfMatch) names.push('If-Match');
  if (answers.some(([status]) => status === '304')) names.push('If-None-Match');
  if (answers.some(([, { content }]) => 'text/event-stream' in content)) names.push('Last-Event-ID');
  return names.map((name) =>
    ApiHeader({ name, description: parameters[name], required: false, schema: { type: 'string' } }),
  );
}

/** A response for each status; one that every request may give is referred to. */
function problemResponses(all: ProblemCodes, shared: readonly string[], own: readonly string[]) {
  const codesAt = (codes: readonly string[], status: number) =>
    codes.filter((code) => all[code]?.status === status);
  const statuses = new Set([...shared, ...own].map((code) => all[code]?.status ?? 500));
  return [...statuses].map((status) => {
    const ofEvery = codesAt(shared, status);
    const ofThis = codesAt(own, status);
    if (ofThis.length > 0) return ApiResponse(problemResponse(all, status, [...ofThis, ...ofEvery]));
    // ApiResponse knows no references, and passes on what it does not know.
    const reference = { $ref: `#/components/responses/${nameOf(status)}` };
    return ApiResponse({ status, description: descriptionOf(all, ofEvery), ...reference });
  });
}

function problemResponse(all: ProblemCodes, status: number, codes: readonly string[]) {
  const members = Object.assign({}, ...codes.map((code) => all[code]?.members ?? {})) as z.ZodRawShape;
  const { properties = {} } = z.toJSONSchema(z.object(members), { io: 'input' });
  const schema = {
    allOf: [referenceTo(problemAnswer), { properties: { code: { enum: [...codes] }, ...properties } }],
  };
  return {
    status,
    description: descriptionOf(all, codes),
    headers: headersNamed('X-Correlation-Id', ...(status === 503 ? (['Retry-After'] as const) : [])),
    content: { 'application/problem+json': { schema } },
  };
}

const descriptionOf = (all: ProblemCodes, codes: readonly string[]): string =>
  codes.map((code) => `\`${code}\`: ${all[code]?.means ?? ''}.`).join('\n');

/** Like `UnprocessableEntity`. */
const nameOf = (status: number): string => (STATUS_CODES[status] ?? String(status)).replaceAll(/\W/g, '');

/** What operations refer to. */
export function sharedComponents() {
  const all: ProblemCodes = { ...codesOfRequests, ...codesOfBodies };
  const statuses = [...new Set(Object.values(all).map(({ status }) => status))].toSorted();
  const responses = statuses.map((wanted) => {
    const codes = Object.keys(all).filter((code) => all[code]?.status === wanted);
    const { status, ...response } = problemResponse(all, wanted, codes);
    return [nameOf(status), response] as const;
  });
  return {
    responses: Object.fromEntries(responses),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, description]) => [
        name,
        { description, schema: { type: 'string' } },
      ]),
    ),
  };
}
