// What lies beside a database and tells of its past: the kept leaves, and the newest signed checkpoint.
import { endOf, Log } from '../event-store/log.js';
import { unavailableReason } from '../database/database-error.js';
import type { Engine, LogTiles, OpenReader } from '../database/engine.js';
import { originIn } from '../database/log-identity.js';
import type { Reader } from '../database/reader.js';
import { UnusableDatabase } from '../database/unusable-database.js';
import { checkLog, type CheckedLog } from './log-check.js';
import { readCheckpointFile } from './checkpoint-file.js';
import { parseNote, type Checkpoint } from '../proof/checkpoint.js';
import type { StoredEvent } from '../proof/leaf.js';
import { ProofError } from '../proof/proof-error.js';
import { signersNamedBy } from '../proof/signed-note.js';
import { formatVerifierKey, type VerifierKey } from '../proof/verifier-key.js';
import { readKeyLine } from './key-line.js';
import { loadSigningKey } from './signing-key.js';
import { UnusableEvidence } from '../proof/unusable-evidence.js';

export interface SignedLogOptions {
  /** Of the log: what is known of it is kept there. */
  engine: Engine;
  keyFile: string;
  /** Checkpoints that the asker brings. */
  checkpoints?: readonly Checkpoint[];
  /** It is a copy, and may end before what is known of its log: what it has must be right, and be so much at least. */
  copyHoldsAtLeast?: number;
  /** Verifier keys that the asker trusts. */
  keys?: readonly VerifierKey[];
  /** Called now and then with how many events are checked. */
  onProgress?: ((done: number) => void) | undefined;
}

export interface CheckedSignedLog extends CheckedLog {
  /** What agreement does not cover. */
  warnings: string[];
}

const pageSize = 1_000;

/** The whole log, in order, as it is now. An event before the first has no place in it, and every reader of a stream would find it. */
export const wholeLog = (log: Log): AsyncIterable<StoredEvent[]> =>
  log.pages({}, { after: Number.MIN_SAFE_INTEGER, pageSize });

/** Of long reads in a thread or a command of their own, nobody waits for a turn. */
const atOnce = (): Promise<void> => Promise.resolve();

/** Fewer and longer steps than beside requests, and yet not all that a page of large events would hold. */
const pageCharacters = 4_194_304;

export const logOf = ({ reader }: Pick<OpenReader, 'reader'>): Log => new Log(reader, atOnce, pageCharacters);

export async function checkSignedLog(
  opened: OpenReader,
  { engine, keyFile, checkpoints = [], keys = [], copyHoldsAtLeast, onProgress }: SignedLogOptions,
): Promise<CheckedSignedLog> {
  const log = logOf(opened);
  const isCopy = copyHoldsAtLeast !== undefined;
  const end = isCopy ? Math.max(await log.end(), copyHoldsAtLeast) : Infinity;
  const tiles = engine.hasTiles() ? openTiles(engine, isCopy) : undefined;
  try {
    // Both before the end of the log is read: it may be growing, and what is known of it with it.
    const newest = await newestCheckpoint(opened, keyFile, keys);
    const isNewestUnread = newest.length === 0 && readCheckpointFile(keyFile) !== undefined;
    const kept = tiles && {
      size: Math.min(await tiles.size(), end),
      tile: (index: number) => tiles.read(0, index),
    };
    const checked = await checkLog({
      pages: wholeLog(log),
      checkpoints: [...checkpoints, ...newest.filter(({ size }) => size <= end)],
      kept,
      onProgress,
    });
    const warnings = await opened.missingGuards();
    const ofKeys = isCopy ? { problems: [], warnings: [] } : await checkKeys(opened, keyFile);
    checked.problems.push(...ofKeys.problems);
    warnings.push(...ofKeys.warnings);
    // Of a copy it is no reason to have none: the key may have been lost with the original.
    if (isNewestUnread)
      (isCopy ? warnings : checked.problems).push(
        `a signed checkpoint lies beside ${keyFile} and cannot be compared: the key, or the name of the log in log_identity, is missing`,
      );
    const signed = newest[0] && Math.min(newest[0].size, end);
    const gap = gapOf({ events: checked.events, kept: kept?.size ?? 0, signed });
    return { ...checked, warnings: gap === undefined ? warnings : [...warnings, gap] };
  } finally {
    tiles?.close();
  }
}

/** How many events are known of the log of a database: their leaf hashes are kept, or a checkpoint over them was signed. */
export async function knownEvents(engine: Engine, opened: OpenReader, keyFile: string): Promise<number> {
  const [newest] = await newestCheckpoint(opened, keyFile);
  const tiles = engine.hasTiles() ? openTiles(engine, true) : undefined;
  try {
    return Math.max((await tiles?.size()) ?? 0, newest?.size ?? 0);
  } finally {
    tiles?.close();
  }
}

interface Evidence {
  events: number;
  /** Of so many, from the first on, the leaf hashes are kept. */
  kept: number;
  /** What the newest signed checkpoint covers. */
  signed: number | undefined;
}

/** What is missing of the evidence, if anything is: agreement says less without it. */
function gapOf({ events, kept, signed }: Evidence): string | undefined {
  if (signed !== undefined && kept < signed)
    return `leaf hashes are kept of ${kept} events, and a checkpoint over ${signed} was signed: a change among the others can be seen, but not where`;
  if (events > 0 && kept === 0 && signed === undefined)
    return 'neither leaf hashes nor a signed checkpoint are kept of this log: it was compared with its tables alone (a service is about a second behind the log)';
  return undefined;
}

/** A copy is checked when something is wrong with the original: its tiles may be gone with it. */
function openTiles(engine: Engine, mayBeDamaged: boolean): LogTiles | undefined {
  try {
    return engine.openTiles();
  } catch (error) {
    const isDamaged = error instanceof UnusableEvidence && unavailableReason(error.cause) === 'corrupt';
    if (mayBeDamaged && isDamaged) return undefined;
    throw error;
  }
}

/**
 * A log with events has a name. When a signed checkpoint knows it and the database does not, it was taken away, and
 * another name would begin another log.
 * @param wanted the name that it would be given
 * @throws UnusableDatabase unless that is the one in the checkpoint
 */
export async function refuseLostName(
  reader: Reader,
  keyFile: string,
  wanted: string | undefined,
): Promise<void> {
  if ((await originIn(reader)) !== undefined || (await endOf(reader)) === 0) return;
  const note = readCheckpointFile(keyFile);
  const signed = note === undefined ? undefined : originOfNote(note);
  if (note === undefined || (signed !== undefined && signed === wanted)) return;
  throw new UnusableDatabase(
    signed === undefined
      ? `its log has lost its name (log_identity), and the checkpoint that lies beside ${keyFile} cannot be read. Put back what was there`
      : `its log has lost its name (log_identity), and a checkpoint of ${signed} was signed. daybook verify tells more; LOG_ORIGIN=${signed} gives it back`,
  );
}

function originOfNote(note: string): string | undefined {
  try {
    return parseNote(note).origin;
  } catch (error) {
    if (error instanceof ProofError) return undefined;
    throw error;
  }
}

/**
 * The newest checkpoint that was signed of this log; none or one.
 * @param keys that the asker trusts, besides those that the log has
 * @throws Error when it lies there and cannot be read: that proves nothing
 */
export async function newestCheckpoint(
  opened: Pick<OpenReader, 'reader'>,
  keyFile: string,
  keys: readonly VerifierKey[] = [],
): Promise<Checkpoint[]> {
  const origin = await originIn(opened.reader);
  const note = readCheckpointFile(keyFile);
  if (note === undefined || origin === undefined) return [];
  const line = await readKeyLine(logOf(opened), origin);
  try {
    const kept = loadSigningKey(keyFile, origin);
    if (kept === undefined && line.latest === undefined && keys.length === 0) return [];
    return [line.openNewest(note, kept === undefined ? keys : [kept.verifierKey, ...keys])];
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(
      `What was signed of this log, beside ${keyFile}, cannot be used: ${said} If the key is lost, see daybook key replace.`,
      { cause: error },
    );
  }
}

/** What there is to say of the keys by which a log was signed. */
async function checkKeys(
  opened: Pick<OpenReader, 'reader'>,
  keyFile: string,
): Promise<{ problems: string[]; warnings: string[] }> {
  const origin = await originIn(opened.reader);
  if (origin === undefined) return { problems: [], warnings: [] };
  const line = await readKeyLine(logOf(opened), origin);
  const { problems, warnings, newest, newestSince } = line;
  const kept = loadSigningKey(keyFile, origin);
  const present = kept && formatVerifierKey(kept.verifierKey);
  const note = readCheckpointFile(keyFile);
  if (newest !== undefined && present !== undefined && present !== newest)
    problems.push(
      `the signing key ${keyFile} is ${present}; since event ${newestSince} it should be ${newest}`,
    );
  if (newest === undefined && kept !== undefined && note !== undefined) {
    const { name, id } = kept.verifierKey;
    if (!signersNamedBy(note).includes(`${name}+${id}`))
      problems.push(
        `the signing key ${keyFile} is not the one that signed the newest checkpoint, and no event says that it was changed`,
      );
  }
  return { problems, warnings };
}
