// The newest checkpoint that was signed, kept outside the database. A database that was rewritten or put back to an
// older copy does not continue it: with this file the log's owner notices before signing something else.
import { readFileSync, renameSync, statSync } from 'node:fs';
import { failedWith, writeDurably } from '../runtime/durable-files.js';
import { ProofError } from '../proof/proof-error.js';

/** Beside the signing key. */
export const checkpointFileOf = (keyFile: string): string => `${keyFile}.checkpoint`;

/**
 * The signed note, or nothing when none was signed yet.
 * @throws ProofError when the file is there and cannot be read
 */
export function readCheckpointFile(keyFile: string): string | undefined {
  const path = checkpointFileOf(keyFile);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw cannot('read', path, error);
  }
}

/** When it was signed, in milliseconds since the epoch; undefined when none was. */
export const checkpointSignedAtMs = (keyFile: string): number | undefined =>
  statSync(checkpointFileOf(keyFile), { throwIfNoEntry: false })?.mtimeMs;

/**
 * Replaces the note as a whole; it is durable when this returns.
 * @throws ProofError when it cannot be written
 */
export function replaceCheckpointFile(keyFile: string, note: string): void {
  const path = checkpointFileOf(keyFile);
  try {
    writeDurably(path, note, (temporary) => {
      renameSync(temporary, path);
    });
  } catch (error) {
    throw cannot('write', path, error);
  }
}

const cannot = (what: string, path: string, cause: unknown): ProofError =>
  new ProofError(`Cannot ${what} the newest signed checkpoint in ${path}: ${(cause as Error).message}.`, {
    cause,
  });
