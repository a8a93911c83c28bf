// The one error that is an answer: a rule does not allow what was asked, or there is no such thing. Refusing changes
// nothing. It stands on the ground floor, so that a domain throws it and every mechanism knows it.

/** `missing`: there is no such thing. `conflict`: not now. `invalid`: it never can be. `stale`: the caller's version is not the current one. */
export type RefusalKind = 'missing' | 'conflict' | 'invalid' | 'stale';

export class Refusal extends Error {
  override readonly name = 'Refusal';

  /**
   * @param code a stable snake_case word that clients may switch on
   * @param detail a sentence for a person: what is wrong and what would be right
   * @param facts further members of the answer, in snake_case
   * @param reporter whose report was refused, when the rule knows that from the attempt
   */
  constructor(
    readonly kind: RefusalKind,
    readonly code: string,
    detail: string,
    readonly facts: Readonly<Record<string, unknown>> = {},
    readonly reporter?: string,
  ) {
    super(detail);
  }
}

/** By its shape and not its class: it may come from another realm (a vm context of a test runner). */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error &&
  error.name === 'Refusal' &&
  'kind' in error &&
  'code' in error &&
  'facts' in error;

/** What a refusal is in HTTP, and in what is kept of it. */
export const statusOfRefusal: Readonly<Record<RefusalKind, number>> = {
  missing: 404,
  conflict: 409,
  invalid: 422,
  stale: 412,
};
