// A verification of a database with a bar that shows how far it is.
import { Verifier, type Verification } from '../audit/verifier.js';
import { endOf } from '../event-store/log.js';
import { kinds } from '../kinds.js';
import { reading, urlOf } from './database.js';
import { unlessAborted, type Shell } from './shell.js';

const program = new URL('../background-thread.js', import.meta.url);

interface VerifiedDatabase {
  path: string;
  keyFile: string;
  /** The path of the database of which this one is a copy from before. */
  copyOf?: string;
}

/**
 * @throws Error when it could not check
 * @throws Interrupted
 */
export async function verifyDatabase(
  { path, keyFile, copyOf }: VerifiedDatabase,
  { shell, signal }: { shell: Shell; signal: AbortSignal },
): Promise<Verification & { jobs: number }> {
  const total = await eventsIn(path);
  const draw = shell.progressBar('events');
  const verifying = new Verifier(program, {
    url: urlOf(path),
    keyFile,
    kindsUrl: kinds.url,
    ...(copyOf === undefined ? {} : { copyOf: urlOf(copyOf) }),
  }).verify((done) => {
    if (done < total) draw(done, total);
  });
  const verification = await unlessAborted(verifying, signal);
  draw(total, total);
  return { ...verification, jobs: verification.streams['job'] ?? 0 };
}

/** @throws UnusableDatabase */
export const eventsIn = (path: string): Promise<number> => reading(path, ({ reader }) => endOf(reader));
