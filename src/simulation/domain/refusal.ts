// The one error of the domain: a command that a rule does not allow. Refusing changes nothing.

/** `missing`: there is no such thing. `conflict`: not now. `invalid`: it never can be. */
export type RefusalKind = 'missing' | 'conflict' | 'invalid';

export class Refusal extends Error {
  override readonly name = 'Refusal';

  /**
   * @param code a stable snake_case word that clients may switch on
   * @param detail a sentence for a person: what is wrong and what would be right
   * @param facts further members of the answer, in snake_case
   */
  constructor(
    readonly kind: RefusalKind,
    readonly code: string,
    detail: string,
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}
