// A verification of a database with a bar that shows how far it is.
import { Verifier, type AuditedLog, type Verification } from '../audit/verifier.js';
import { Log } from '../event-store/log.js';
import { kinds } from '../kinds.js';
import { reading } from './database.js';
import { unlessAborted, type Shell } from './shell.js';

const program = new URL('../verify-thread.js', import.meta.url);

/**
 * @throws Error when it could not check
 * @throws Interrupted
 */
export async function verifyDatabase(
  log: Omit<AuditedLog, 'kindsUrl'>,
  { shell, signal }: { shell: Shell; signal: AbortSignal },
): Promise<Verification & { jobs: number }> {
  const total = await eventsIn(log.path);
  const draw = shell.progressBar('events');
  const verifying = new Verifier(program, { ...log, kindsUrl: kinds.url }).verify((done) => {
    if (done < total) draw(done, total);
  });
  const verification = await unlessAborted(verifying, signal);
  draw(total, total);
  return { ...verification, jobs: verification.streams['job'] ?? 0 };
}

/** @throws UnusableDatabase */
export const eventsIn = (path: string): Promise<number> => reading(path, (reader) => new Log(reader).end());
