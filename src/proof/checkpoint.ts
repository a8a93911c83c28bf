// Checkpoints (C2SP tlog-checkpoint): the size and the root of a log at one time, signed. Who keeps one can later be
// shown that the log only grew since.
import { fromBase64, fromDecimal } from './encoding.js';
import { hashBytes, requireCount } from './merkle.js';
import { ProofError } from './proof-error.js';
import { openNote, signNote } from './signed-note.js';
import type { Signer, VerifierKey } from './verifier-key.js';

export interface Checkpoint {
  /** The name of the log. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/**
 * "Note text": origin, size and root, a line each.
 * @throws ProofError when the origin is no line of text, or the size or the root is none of a tree
 */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!/^[^\p{Cc}]+$/u.test(origin)) {
    throw new ProofError(`${JSON.stringify(origin)} cannot be the origin of a checkpoint.`);
  }
  requireCount('size', size);
  if (root.length !== hashBytes) throw new ProofError(`A root has ${hashBytes} bytes, not ${root.length}.`);
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/**
 * Extension lines after the third are passed over; the signature covers them all the same.
 * @throws ProofError when the text is not of the form
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new ProofError('The checkpoint does not end in a newline.');
  const [origin, decimal, base64] = lines;
  if (origin === undefined || decimal === undefined || base64 === undefined || lines.includes('')) {
    throw new ProofError('The checkpoint must have three lines at least, and none of them empty.');
  }
  const size = fromDecimal(decimal);
  if (size === undefined) {
    throw new ProofError(
      `The size in the checkpoint is no decimal up to 2^53 − 1: ${JSON.stringify(decimal)}.`,
    );
  }
  const root = fromBase64(base64);
  if (root?.length !== hashBytes) {
    throw new ProofError(
      `The root in the checkpoint is not ${hashBytes} bytes in Base 64: ${JSON.stringify(base64)}.`,
    );
  }
  return { origin, size, root };
}

/**
 * What a signed note says, whoever signed it: the signature is not looked at.
 * @throws ProofError when the text is not of the form
 */
export const parseNote = (note: string): Checkpoint =>
  parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1));

/** The log must never sign two checkpoints of which neither continues the other: the caller sees to that. */
export const signCheckpoint = (checkpoint: Checkpoint, signer: Signer): string =>
  signNote(formatCheckpoint(checkpoint), signer);

/**
 * Daybook names the key as the log, so one key speaks for one origin; for another log's checkpoint give the `origin`.
 * @throws ProofError when the note is not signed by the key, or is no checkpoint of this log
 */
export function openCheckpoint(
  note: string,
  verifierKey: VerifierKey,
  origin: string = verifierKey.name,
): Checkpoint {
  return openCheckpointBy(note, [verifierKey], origin).checkpoint;
}

/** The same for a log that has changed its key: any of its keys may have signed. */
export function openCheckpointBy(
  note: string,
  verifierKeys: readonly VerifierKey[],
  origin: string | undefined = verifierKeys[0]?.name,
): { checkpoint: Checkpoint; signedBy: readonly VerifierKey[] } {
  const { text, signedBy } = openNote(note, verifierKeys);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin) {
    throw new ProofError(
      `The checkpoint is of the log ${JSON.stringify(checkpoint.origin)}, not of ${JSON.stringify(origin)}.`,
    );
  }
  return { checkpoint, signedBy };
}
