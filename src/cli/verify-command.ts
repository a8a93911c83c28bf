// `daybook verify`: is the history what it was? Of a database, of an exported file, or of one proof.
import { existsSync, readFileSync } from 'node:fs';
import { checkExport } from '../audit/export.js';
import type { CheckedLog } from '../audit/log-check.js';
import { openCheckpoint, type Checkpoint } from '../proof/checkpoint.js';
import { ProofError } from '../proof/proof-error.js';
import { verifyProof } from '../proof/tlog-proof.js';
import { parseVerifierKey, type VerifierKey } from '../proof/verifier-key.js';
import { engineFor, keyFileOf, type DatabaseOption } from './database.js';
import { Interrupted, type Shell } from './shell.js';
import { verifyDatabase } from './verify-database.js';
import { verificationLines } from './verify-report.js';

export interface VerifyOptions extends DatabaseOption {
  json?: boolean;
  /** An export. */
  file?: string;
  /** A tlog-proof. */
  proof?: string;
  /** Older checkpoints, signed notes. */
  checkpoint?: string[];
  /** The verifier key itself, or the name of a file that holds it. */
  key?: string;
}

/** Exit status: 0 when all agrees, 1 when something differs, 2 when it could not check. */
export async function verify(options: VerifyOptions, shell: Shell): Promise<void> {
  try {
    shell.status = (await isRight(options, shell)) ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    shell.tell(error instanceof Error ? error.message : String(error));
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
    proof: readFileSync(file, 'utf8'),
    verifierKey: requiredKey(options),
  });
  if (options.json === true) shell.print(JSON.stringify({ ok: true, event, size: checkpoint.size }));
  else
    shell.print(
      `Proven: event ${event.position} (${event.type}) is in the log of ${checkpoint.origin}, among its first ${checkpoint.size}.`,
    );
  return Promise.resolve(true);
}

async function isExportRight(file: string, options: VerifyOptions, shell: Shell): Promise<boolean> {
  const verifierKey = keyOf(options);
  const checked = await checkExport(file, { verifierKey, older: olderCheckpoints(options) });
  const warnings =
    verifierKey === undefined ? ['without --key the signature of the checkpoint was not checked'] : [];
  for (const warning of warnings) shell.tell(`Warning: ${warning}`);
  return tellLog(checked, warnings, options, shell);
}

/** Everything, and what is brought besides: evidence adds a check and takes none away. */
async function isDatabaseRight(options: VerifyOptions, shell: Shell): Promise<boolean> {
  const checkpoints = olderCheckpoints(options);
  const log = { engine: engineFor(options, shell), keyFile: keyFileOf(options, shell), checkpoints };
  const verification = await shell.interruptible((signal) => verifyDatabase(log, { shell, signal }));
  if (options.json === true) shell.print(JSON.stringify(verification));
  else {
    for (const line of verificationLines(verification)) shell.print(line);
    for (const { size } of verification.ok ? checkpoints : [])
      shell.print(`The log continues the checkpoint over ${size}.`);
  }
  return verification.ok;
}

function tellLog(
  { events, root, problems }: CheckedLog,
  warnings: readonly string[],
  { json }: VerifyOptions,
  shell: Shell,
): boolean {
  const ok = problems.length === 0;
  if (json === true)
    shell.print(JSON.stringify({ ok, events, root: root.toString('base64'), problems, warnings }));
  else for (const line of ok ? [`The log is what it was: ${events} events.`] : problems) shell.print(line);
  return ok;
}

const olderCheckpoints = (options: VerifyOptions): Checkpoint[] =>
  (options.checkpoint ?? []).map((file) => openCheckpoint(readFileSync(file, 'utf8'), requiredKey(options)));

function requiredKey(options: VerifyOptions): VerifierKey {
  const key = keyOf(options);
  if (key === undefined)
    throw new Error('Give the verifier key with --key: as the service shows it at /audit/key.');
  return key;
}

/** @throws Error when it is no key: nothing can be checked with it */
function keyOf({ key }: VerifyOptions): VerifierKey | undefined {
  if (key === undefined) return undefined;
  const isFile = existsSync(key) || !key.includes('+');
  const text = isFile ? readFileSync(key, 'utf8') : key;
  try {
    return parseVerifierKey(text.trim());
  } catch (error) {
    const where = isFile ? `The file ${key}` : '--key';
    throw new Error(`${where} is not a verifier key as the service shows it at /audit/key.`, {
      cause: error,
    });
  }
}

const hasForeign = ({ checkpoint, file, proof }: VerifyOptions): boolean =>
  [checkpoint, file, proof].some((given) => given !== undefined);
