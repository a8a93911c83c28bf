// The statement by which a log changes its signing key: a note that names the old key and the new one, signed by both, or
// by the new one alone when the old one is lost. Its second line is no decimal, so it can never be read as a checkpoint.
import { ProofError } from './proof-error.js';
import { openNote, signNote } from './signed-note.js';
import { parseVerifierKey, type Signer, type VerifierKey } from './verifier-key.js';

export interface KeyChange {
  /** The name of the log, and of both keys. */
  readonly origin: string;
  /** A verifier key; or `<name>+<id>` when only that is known of a lost one, or null when nothing is. */
  readonly oldKey: string | null;
  /** A verifier key. */
  readonly newKey: string;
  readonly reason: string;
  readonly changedAt: string;
}

const textOf = ({ origin, oldKey, newKey, reason, changedAt }: KeyChange): string =>
  [
    'Daybook signing key',
    `log ${origin}`,
    `old ${oldKey ?? '-'}`,
    `new ${newKey}`,
    `at ${changedAt}`,
    `reason ${reason}\n`,
  ].join('\n');

/** @throws ProofError when a text has control characters */
export const signKeyChange = (change: KeyChange, signers: readonly Signer[]): string =>
  signNote(textOf(change), ...signers);

/**
 * Tells whether the old key has signed it, too.
 * @throws ProofError when the note does not say just that, or is not signed by the new key
 */
export function verifyKeyChange(change: KeyChange, note: string): { isSignedByOld: boolean } {
  const [oldKey, newKey] = [fullKey(change.oldKey), parseVerifierKey(change.newKey)];
  if (change.oldKey === change.newKey) throw new ProofError('The new key is the old one.');
  if (newKey.name !== change.origin) throw new ProofError(`The new key is not named ${change.origin}.`);
  const { text, signedBy } = openNote(note, oldKey === undefined ? [newKey] : [oldKey, newKey]);
  if (text !== textOf(change)) throw new ProofError('What was signed says something else.');
  if (!signedBy.includes(newKey)) throw new ProofError('The new key has not signed it.');
  return { isSignedByOld: oldKey !== undefined && signedBy.includes(oldKey) };
}

/** Undefined when no more than its id is known. */
export const fullKey = (key: string | null): VerifierKey | undefined =>
  key === null || key.split('+').length < 3 ? undefined : parseVerifierKey(key);
