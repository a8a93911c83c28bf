// Optimistic concurrency: the caller's picture of a stream is out of date (an `If-Match` that no longer holds).
import { Refusal } from '../runtime/refusal.js';

export const versionConflict = (streamId: string, expected: number, actual: number): Refusal =>
  new Refusal(
    'stale',
    'version_conflict',
    `Stream ${streamId} is at version ${actual}, not at the expected version ${expected}.`,
    { expected_version: expected, actual_version: actual },
  );
