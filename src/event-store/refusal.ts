// How the mechanisms recognise a refusal without knowing the domain that it comes from.

export interface Refused extends Error {
  readonly kind: 'missing' | 'conflict' | 'invalid' | 'stale';
  /** A stable snake_case word. */
  readonly code: string;
  /** Further members of the answer. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export const isRefused = (error: unknown): error is Refused =>
  error instanceof Error &&
  error.name === 'Refusal' &&
  'kind' in error &&
  'code' in error &&
  'facts' in error;

/** The caller's picture of the stream is out of date: an `If-Match` that no longer holds. */
export class VersionConflict extends Error implements Refused {
  override readonly name = 'Refusal';
  readonly kind = 'stale';
  readonly code = 'version_conflict';
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(streamId: string, expected: number, actual: number) {
    super(`Stream ${streamId} is at version ${actual}, not at the expected version ${expected}.`);
    this.facts = { expected_version: expected, actual_version: actual };
  }
}
