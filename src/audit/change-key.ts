// Another key signs the log from now on. First the new key is made beside the old one, then the change becomes an event,
// then the new key takes the place of the old one, then it signs: whatever ends the process between two of these, doing it
// again goes on from there.
import { logOf } from './signed-log.js';
import { readCheckpointFile } from './checkpoint-file.js';
import { keepKeyChange, nextKeyFileOf, putNextKeyInPlace } from './key-files.js';
import { readKeyLine, type KeyLine } from './key-line.js';
import type { KeyChanged } from './log-kind.js';
import { recordInLog, reasonLengthMax, requireText, type OwnLog } from './log-stream.js';
import type { Notary } from './notary.js';
import { loadOrCreateSigningKey, loadSigningKey, NoKeyInFile } from './signing-key.js';
import { signKeyChange } from '../proof/key-change.js';
import { openNote, signersNamedBy } from '../proof/signed-note.js';
import { formatVerifierKey, type Signer, type VerifierKey } from '../proof/verifier-key.js';
import { timestamp } from '../runtime/runtime.js';

export interface ChangeKeyRequest extends OwnLog {
  notary: Notary;
  keyFile: string;
  reason: string;
}

export interface ReplaceKeyRequest extends ChangeKeyRequest {
  /** The key that was lost, when somebody has kept it. */
  oldKey: VerifierKey | undefined;
}

export interface ChangedKey {
  /** The event. */
  position: number;
  change: KeyChanged;
  /** It was in the log already: an earlier call did not get to its end. */
  wasRecorded: boolean;
  /** Where the old key is kept; undefined when there was none, or it was in its place already. */
  kept: string | undefined;
  /** By the new key; undefined when the log contradicts what was signed before. */
  checkpoint: string | undefined;
}

const keyOf = ({ verifierKey }: Signer): string => formatVerifierKey(verifierKey);

/** The old key and the new one sign that. @throws Error when the old one is not there, and nothing is changed */
export async function rotateKey(request: ChangeKeyRequest): Promise<ChangedKey> {
  requireText('reason', request.reason, reasonLengthMax);
  const { keyFile, origin, notary } = request;
  const line = await lineOf(request);
  if (isBegun(line, keyFile, origin)) return finish(request, true);
  const old = loadSigningKey(keyFile, origin);
  if (old === undefined)
    throw new Error(`There is no signing key ${keyFile}. If it is lost: daybook key replace.`);
  if (line.newest !== undefined && line.newest !== keyOf(old))
    throw new Error(
      `${keyFile} is not the key that signs this log since event ${line.newestSince}. Put that one back, or: daybook key replace.`,
    );
  if ((await notary.rollback()) !== undefined)
    throw new Error('The log contradicts what was signed: daybook accept-rollback first.');
  const next = loadOrCreateSigningKey(nextKeyFileOf(keyFile), origin);
  await record(request, { type: 'SigningKeyRotated', oldKey: keyOf(old), signers: [old, next] });
  return finish(request, false);
}

/**
 * The new key alone signs that. A key that is there and is not the log's becomes it; otherwise one is made.
 * @throws Error when nothing is lost, and nothing is changed
 */
export async function replaceKey(request: ReplaceKeyRequest): Promise<ChangedKey> {
  requireText('reason', request.reason, reasonLengthMax);
  const { keyFile, origin } = request;
  const line = await lineOf(request);
  if (isBegun(line, keyFile, origin)) return finish(request, true);
  const found = usableKey(keyFile, origin);
  const lost = lostKey(request, line);
  if (lost === undefined)
    throw new Error('No checkpoint of this log by another key is known: there is nothing to replace.');
  if (found !== undefined && [keyOf(found), idOf(found.verifierKey)].includes(lost))
    throw new Error(`The signing key ${keyFile} is there, and is the log's: daybook key rotate changes it.`);
  const signer = found ?? loadOrCreateSigningKey(nextKeyFileOf(keyFile), origin);
  await record(request, { type: 'SigningKeyReplaced', oldKey: lost, signers: [signer] });
  return finish(request, false);
}

const idOf = ({ name, id }: VerifierKey): string => `${name}+${id}`;

const lineOf = ({ database, origin }: OwnLog): Promise<KeyLine> => readKeyLine(logOf(database), origin);

/** The event is there, and the key of it is not yet in its place. */
function isBegun(line: KeyLine, keyFile: string, origin: string): boolean {
  const next = loadSigningKey(nextKeyFileOf(keyFile), origin);
  return next !== undefined && keyOf(next) === line.newest;
}

/** Undefined also for a file that holds none, which may be replaced. @throws ProofError for one that others can use */
function usableKey(keyFile: string, origin: string): Signer | undefined {
  try {
    return loadSigningKey(keyFile, origin);
  } catch (error) {
    if (error instanceof NoKeyInFile) return undefined;
    throw error;
  }
}

/** As much as is known of the key that signed until now. */
function lostKey({ keyFile, oldKey }: ReplaceKeyRequest, line: KeyLine): string | undefined {
  const note = readCheckpointFile(keyFile);
  const given = oldKey && formatVerifierKey(oldKey);
  if (line.newest !== undefined) {
    if (given !== undefined && given !== line.newest)
      throw new Error(`The key that signs this log since event ${line.newestSince} is ${line.newest}.`);
    return line.newest;
  }
  if (oldKey !== undefined && note !== undefined) openNote(note, [oldKey]);
  return given ?? (note === undefined ? undefined : signersNamedBy(note)[0]);
}

async function record(
  request: ChangeKeyRequest,
  change: { type: KeyChanged['type']; oldKey: string; signers: Signer[] },
): Promise<void> {
  const { origin, reason, runtime } = request;
  const { type, oldKey, signers } = change;
  const newKey = keyOf(signers.at(-1) as Signer);
  const changedAt = timestamp(runtime.nowMs());
  const statement = signKeyChange({ origin, oldKey, newKey, reason, changedAt }, signers);
  const data = { old_key: oldKey, new_key: newKey, reason, changed_at: changedAt, statement };
  await recordInLog(request, { type: 'ChangeKey', change: { type, data } });
}

async function finish(request: ChangeKeyRequest, wasRecorded: boolean): Promise<ChangedKey> {
  const { keyFile, origin, notary } = request;
  const recorded = (await lineOf(request)).latest;
  if (recorded === undefined) throw new Error('The change was written and is not in the log.');
  const { position, change } = recorded;
  keepKeyChange(keyFile, change);
  const isNext = loadSigningKey(nextKeyFileOf(keyFile), origin) !== undefined;
  const name = change.data.old_key?.split('+')[1] ?? 'unknown';
  const kept = isNext ? putNextKeyInPlace(keyFile, name) : undefined;
  const isContradicted = (await notary.rollback()) !== undefined;
  const checkpoint = isContradicted ? undefined : await notary.checkpoint();
  return { position, change, wasRecorded, kept, checkpoint };
}
