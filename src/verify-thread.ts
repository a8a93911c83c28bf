// The program of the thread that verifies: all kinds of streams that there are against their tables, and the log
// against what was signed of it.
import { parentPort, workerData } from 'node:worker_threads';
import { checkSignedLog } from './audit/signed-log.js';
import type { AuditedLog, VerifyMessage } from './audit/verifier.js';
import { verifyTables, type Verification } from './audit/verify.js';
import { SqliteReader } from './database/sqlite-reader.js';
import { projectedJobs } from './simulation/projected-jobs.js';

const say = (message: VerifyMessage): void => {
  parentPort?.postMessage(message);
};

async function verification({ path, keyFile, copyOf }: AuditedLog): Promise<Verification> {
  const onProgress = (done: number, total: number): void => {
    say({ kind: 'progress', done, total });
  };
  const tables = verifyTables(projectedJobs, { path, onProgress });
  const reader = SqliteReader.open(path);
  try {
    const log = await checkSignedLog(reader, {
      databasePath: copyOf ?? path,
      keyFile,
      mayEndEarlier: copyOf !== undefined,
    });
    return {
      ...tables,
      ok: tables.ok && log.problems.length === 0,
      problems: [...tables.problems, ...log.problems],
    };
  } finally {
    reader.close();
  }
}

try {
  say({ kind: 'verified', verification: await verification(workerData as AuditedLog) });
} catch (error) {
  say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
