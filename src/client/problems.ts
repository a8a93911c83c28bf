// What an answer that is no success means: a refusal, no answer for now, or a failure.
import { Refusal, type RefusalKind } from '../runtime/refusal.js';

/** What is wrong with a request, as the service says it (RFC 9457). */
export interface ProblemDocument {
  status: number;
  detail: string;
  code: string;
}

/** Nothing listens there, or not any more; or it cannot answer now, and perhaps in a moment. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    message: string,
    /** Of the problem document, when the service itself said so. */
    readonly code?: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** Over by themselves, most often. */
const momentary = [
  'starting',
  'not_ready',
  'too_many_streams',
  'database_busy',
  'database_overloaded',
  'database_closed',
];

const kinds: Readonly<Record<number, RefusalKind>> = { 404: 'missing', 409: 'conflict', 412: 'stale' };

/**
 * @param otherwise what to say when the answer is no problem document
 * @returns a Refusal, whose facts are the whole document, when the answer is no; a NoAnswer when it may be another one
 * in a moment; else an Error
 */
export function errorOf(status: number, body: unknown, otherwise: string): Error {
  if (!isProblem(body)) {
    const isMomentary = [429, 502, 503, 504].includes(status);
    return isMomentary ? new NoAnswer(otherwise) : new Error(otherwise);
  }
  const { code, detail } = body;
  if (momentary.includes(code)) return new NoAnswer(detail, code);
  if (status >= 500) return new Error(detail);
  return new Refusal(kinds[status] ?? 'invalid', code, detail, { ...body });
}

const isProblem = (body: unknown): body is ProblemDocument =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
