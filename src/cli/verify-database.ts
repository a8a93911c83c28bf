// A verification of a database with a bar that shows how far it is.
import { Verifier, type AuditedLog, type Verification } from '../audit/verifier.js';
import { SqliteReader } from '../database/sqlite/sqlite-reader.js';
import { Log } from '../event-store/log.js';
import { kinds } from '../kinds.js';
import { progressBar } from './cli-environment.js';

const program = new URL('../verify-thread.js', import.meta.url);

/** @throws Error when it could not check */
export async function verifyDatabase(
  log: Omit<AuditedLog, 'kindsUrl'>,
): Promise<Verification & { jobs: number }> {
  const total = eventsIn(log.path);
  const draw = progressBar('events');
  const verification = await new Verifier(program, { ...log, kindsUrl: kinds.url }).verify((done) => {
    if (done < total) draw(done, total);
  });
  draw(total, total);
  return { ...verification, jobs: verification.streams['job'] ?? 0 };
}

/** @throws UnusableDatabase */
export function eventsIn(path: string): number {
  const reader = SqliteReader.open(path);
  try {
    return new Log(reader).end();
  } finally {
    reader.close();
  }
}
