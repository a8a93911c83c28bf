// The program of a thread that verifies one half: all kinds of streams that there are against their tables, or the log
// against what is known of it.
import { parentPort, workerData } from 'node:worker_threads';
import { checkSignedLog } from './audit/signed-log.js';
import type { Half, Halves, VerifyMessage, VerifyTask } from './audit/verifier.js';
import { verifyTables } from './audit/verify.js';
import { SqliteReader } from './database/sqlite/sqlite-reader.js';
import { loadKinds } from './kind/kind.js';
import { giveWay } from './runtime/background.js';

const say = (message: VerifyMessage): void => {
  parentPort?.postMessage(message);
};

const onProgress = (done: number): void => {
  say({ kind: 'progress', done });
};

async function checked({ path, keyFile, kindsUrl, copyOf, half }: VerifyTask): Promise<Halves[Half]> {
  if (half === 'tables') return verifyTables((await loadKinds(kindsUrl)).list, { path, onProgress });
  const reader = SqliteReader.open(path);
  try {
    const { events, problems, warnings } = await checkSignedLog(reader, {
      databasePath: copyOf ?? path,
      keyFile,
      mayEndEarlier: copyOf !== undefined,
      onProgress,
    });
    return { events, problems, warnings };
  } finally {
    reader.close();
  }
}

giveWay();
try {
  say({ kind: 'checked', found: await checked(workerData as VerifyTask) });
} catch (error) {
  say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
