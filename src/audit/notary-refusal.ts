// What the notary says instead of an answer.
import type { Refused } from '../event-store/refusal.js';

/** A question about the log that has no answer, or must not have one. */
export class NotaryRefusal extends Error implements Refused {
  override readonly name = 'Refusal';

  constructor(
    readonly kind: 'missing' | 'conflict' | 'invalid',
    readonly code: string,
    detail: string,
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}
