// A verification of a database with a bar that shows how far it is.
import { Verifier, type CopiedLog, type Verification } from '../audit/verifier.js';
import { endOf } from '../event-store/log.js';
import { kinds } from '../kinds.js';
import type { Engine } from '../database/engine.js';
import { formatCheckpoint, type Checkpoint } from '../proof/checkpoint.js';
import { formatVerifierKey, type VerifierKey } from '../proof/verifier-key.js';
import { reading } from './database.js';
import { unlessAborted, type Shell } from './shell.js';

const program = new URL('../background-thread.js', import.meta.url);

interface VerifiedDatabase {
  engine: Engine;
  keyFile: string;
  copy?: CopiedLog;
  /** That it must continue. */
  checkpoints?: readonly Checkpoint[];
  /** Those that the asker trusts. */
  keys?: readonly VerifierKey[];
}

/**
 * @throws Error when it could not check
 * @throws Interrupted
 */
export async function verifyDatabase(
  { engine, keyFile, copy, checkpoints = [], keys = [] }: VerifiedDatabase,
  { shell, signal }: { shell: Shell; signal: AbortSignal },
): Promise<Verification & { jobs: number }> {
  const total = await eventsIn(engine);
  const draw = shell.progressBar('events');
  const verifying = new Verifier(program, {
    url: engine.url,
    keyFile,
    kindsUrl: kinds.url,
    ...(copy === undefined ? {} : { copy }),
    checkpoints: checkpoints.map(formatCheckpoint),
    keys: keys.map(formatVerifierKey),
  }).verify((done) => {
    if (done < total) draw(done, total);
  });
  const verification = await unlessAborted(verifying, signal);
  draw(total, total);
  return { ...verification, jobs: verification.streams['job'] ?? 0 };
}

/** @throws UnusableDatabase */
export const eventsIn = (engine: Engine): Promise<number> => reading(engine, ({ reader }) => endOf(reader));
