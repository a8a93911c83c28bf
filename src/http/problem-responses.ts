// Problem documents as responses of the OpenAPI document: one for each status, with the codes that it may have.
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { codesOfBodies, codesOfPaths, codesOfRequests, type ProblemCodes } from './problem-codes.js';
import { content } from './responses.js';
import { problemAnswer, referenceTo } from './schemas.js';

const withStatus = (wanted: number, codes: ProblemCodes): ProblemCodes =>
  Object.fromEntries(Object.entries(codes).filter(([, { status }]) => status === wanted));

const forEachStatus = <Made>(codes: ProblemCodes, make: (status: number) => Made): Made[] =>
  [...new Set(Object.values(codes).map(({ status }) => status))].map(make);

/** Of some codes; those that every request may get go with the others of their status. */
export const problemResponses = (own: ProblemCodes) =>
  forEachStatus(own, (status) => {
    const codes = { ...withStatus(status, own), ...withStatus(status, codesOfRequests) };
    return { status, ...problemResponse(status, codes) };
  });

function problemResponse(status: number, codes: ProblemCodes) {
  const members = Object.assign({}, ...Object.values(codes).map((code) => code.members)) as z.ZodRawShape;
  const { properties } = z.toJSONSchema(z.object(members), { io: 'input' });
  const told = { properties: { code: { enum: Object.keys(codes) }, ...properties } };
  const schema = { allOf: [referenceTo(problemAnswer), told] };
  const headers = status === 503 ? (['Retry-After'] as const) : [];
  return content(descriptionOf(codes), { 'application/problem+json': schema }, ...headers);
}

const descriptionOf = (codes: ProblemCodes): string =>
  Object.entries(codes)
    .map(([code, { means }]) => `\`${code}\`: ${means}.`)
    .join('\n');

/** Like `UnprocessableEntity`. */
const nameOf = (status: number): string => (STATUS_CODES[status] ?? String(status)).replaceAll(/\W/g, '');

/** Said once. ApiResponse knows no references, and passes on what it does not know. */
const references = (codes: ProblemCodes) =>
  forEachStatus(codes, (status) => ({
    status,
    description: descriptionOf(withStatus(status, codes)),
    $ref: `#/components/responses/${nameOf(status)}`,
  }));

export const problemsOfRequests = references(codesOfRequests);
export const problemsOfBodies = references(codesOfBodies);
export const problemsOfPaths = references(codesOfPaths);

/** What the references lead to. */
export const responseComponents = Object.fromEntries(
  problemResponses({ ...codesOfRequests, ...codesOfBodies, ...codesOfPaths }).map(
    ({ status, ...response }) => [nameOf(status), response],
  ),
);
