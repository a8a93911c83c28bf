// `daybook verify`: is the history what it was? Of a database, of an exported file, or of one proof.
import { checkExport, keyLineIn } from '../audit/export.js';
import { KeyLine, readKeyLine } from '../audit/key-line.js';
import type { CheckedLog } from '../audit/log-check.js';
import { logOf } from '../audit/signed-log.js';
import type { OpenReader } from '../database/engine.js';
import { originIn } from '../database/log-identity.js';
import { openCheckpointBy } from '../proof/checkpoint.js';
import { ProofError } from '../proof/proof-error.js';
import { verifyProof } from '../proof/tlog-proof.js';
import type { VerifierKey } from '../proof/verifier-key.js';
import { engineFor, keyFileOf, reading, type DatabaseOption } from './database.js';
import { Interrupted, type Shell } from './shell.js';
import { counted } from './terminal.js';
import { sentenceOf, textOf } from './trouble.js';
import { verifyDatabase } from './verify-database.js';
import { keyGiven } from './verifier-keys.js';
import { verificationLines } from './verify-report.js';

export interface VerifyOptions extends DatabaseOption {
  json?: boolean;
  /** An export. */
  file?: string;
  /** A tlog-proof. */
  proof?: string;
  /** Older checkpoints, signed notes. */
  checkpoint?: string[];
  /** Verifier keys, or the names of files that hold them. */
  key?: string[];
}

/** Exit status: 0 when all agrees, 1 when something differs, 2 when it could not check. */
export async function verify(options: VerifyOptions, shell: Shell): Promise<void> {
  try {
    shell.status = (await isRight(options, shell)) ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    shell.tell(sentenceOf(error, options.file));
    // A proof or a signature that does not hold is an answer; a file that cannot be read is none.
    shell.status = error instanceof ProofError ? 1 : 2;
  }
}

async function isRight(options: VerifyOptions, shell: Shell): Promise<boolean> {
  if (options.key !== undefined && !hasForeign(options))
    throw new Error(
      '--key goes with --checkpoint, --file or --proof: the log itself is held against its own key.',
    );
  if (options.proof !== undefined) return isProven(options.proof, options, shell);
  if (options.file !== undefined) return isExportRight(options.file, options, shell);
  return isDatabaseRight(options, shell);
}

function isProven(file: string, options: VerifyOptions, shell: Shell): Promise<boolean> {
  const { event, checkpoint } = verifyProof({
    proof: textOf(file),
    verifierKeys: requiredKeys(options),
  });
  if (options.json === true) shell.print(JSON.stringify({ ok: true, event, size: checkpoint.size }));
  else
    shell.print(
      `Proven: event ${event.position} (${event.type}) is in the log of ${checkpoint.origin}, among its first ${checkpoint.size}.`,
    );
  return Promise.resolve(true);
}

async function isExportRight(file: string, options: VerifyOptions, shell: Shell): Promise<boolean> {
  const keys = keysOf(options);
  const older = await olderCheckpoints(options, () => keyLineIn(file));
  const checked = await checkExport(file, { keys, older: older.map(({ checkpoint }) => checkpoint) });
  const { line, problems } = checked;
  if (problems.length === 0) problems.push(...outOfTurn(line, older));
  const warnings = [
    ...(keys.length === 0 ? ['without --key the signature of the checkpoint was not checked'] : []),
    ...line.warnings,
  ];
  for (const warning of warnings) shell.tell(`Warning: ${warning}`);
  return tellLog(checked, warnings, options, shell);
}

/** Everything, and what is brought besides: evidence adds a check and takes none away. */
async function isDatabaseRight(options: VerifyOptions, shell: Shell): Promise<boolean> {
  const engine = engineFor(options, shell);
  const line = await reading(engine, lineIn);
  const older = await olderCheckpoints(options, () => line);
  const checkpoints = older.map(({ checkpoint }) => checkpoint);
  const log = { engine, keyFile: keyFileOf(options, shell), checkpoints, keys: keysOf(options) };
  const verified = await shell.interruptible((signal) => verifyDatabase(log, { shell, signal }));
  const problems = [...verified.problems, ...outOfTurn(line, older)];
  const ok = verified.ok && problems.length === 0;
  const verification = { ...verified, ok, problems };
  if (options.json === true) shell.print(JSON.stringify(verification));
  else {
    for (const text of verificationLines(verification)) shell.print(text);
    for (const { size } of ok ? checkpoints : [])
      shell.print(`The log continues the checkpoint over ${size}.`);
  }
  return ok;
}

async function lineIn(opened: OpenReader): Promise<KeyLine> {
  const origin = await originIn(opened.reader);
  return origin === undefined ? new KeyLine('', []) : readKeyLine(logOf(opened), origin);
}

const outOfTurn = (line: KeyLine, older: readonly SignedCheckpoint[]): string[] =>
  older.flatMap(({ checkpoint, signedBy }) => line.outOfTurn(checkpoint, signedBy) ?? []);

function tellLog(
  { events, root, problems }: CheckedLog,
  warnings: readonly string[],
  { json }: VerifyOptions,
  shell: Shell,
): boolean {
  const ok = problems.length === 0;
  if (json === true)
    shell.print(JSON.stringify({ ok, events, root: root.toString('base64'), problems, warnings }));
  else
    for (const line of ok ? [`The log is what it was: ${counted(events, 'event')}.`] : problems)
      shell.print(line);
  return ok;
}

type SignedCheckpoint = ReturnType<typeof openCheckpointBy>;

/** @throws ProofError when a key that the asker trusts leads to no signature of it, or not to the key in force */
async function olderCheckpoints(
  options: VerifyOptions,
  lineOf: () => KeyLine | Promise<KeyLine>,
): Promise<SignedCheckpoint[]> {
  const { checkpoint: files = [] } = options;
  if (files.length === 0) return [];
  const given = requiredKeys(options);
  const notes = files.map((file) => textOf(file));
  const keys = (await lineOf()).trustedBy(given);
  return notes.map((note) => openCheckpointBy(note, keys));
}

function requiredKeys(options: VerifyOptions): VerifierKey[] {
  const keys = keysOf(options);
  if (keys.length === 0)
    throw new Error('Give the verifier key with --key: as the service shows it at /audit/key.');
  return keys;
}

const keysOf = ({ key = [] }: VerifyOptions): VerifierKey[] => key.map((each) => keyGiven(each, '--key'));

const hasForeign = ({ checkpoint, file, proof }: VerifyOptions): boolean =>
  [checkpoint, file, proof].some((given) => given !== undefined);
