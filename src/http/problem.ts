// Every error as an RFC 9457 problem document, with a `code` that clients may switch on.
import { STATUS_CODES } from 'node:http';

export interface FieldProblem {
  /** A JSON pointer (RFC 6901) into the request. */
  pointer: string;
  detail: string;
}

/** An error that knows how it is answered. */
export class Problem extends Error {
  override readonly name = 'Problem';

  /**
   * @param code a stable snake_case word
   * @param detail a sentence for a person: what is wrong and what would be right
   * @param members further members of the document, in snake_case
   * @param headers in lower case
   */
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly members: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

export const invalidRequest = (errors: readonly FieldProblem[]): Problem =>
  new Problem(422, 'invalid_request', `The request has ${errors.length} wrong field(s).`, { errors });

export const problemType = 'application/problem+json; charset=utf-8';

export function problemDocument({ status, code, message, members }: Problem, instance: string) {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    instance,
    code,
    ...members,
  };
}
