// The program of every thread in the background: it is told which work is its own, and answers the calls of that.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { logOf, checkSignedLog } from './audit/signed-log.js';
import { Notary } from './audit/notary.js';
import { notaryMethods, type NotaryOptions, type OpenNotary } from './audit/remote-notary.js';
import type { Half, Halves, VerifyTask } from './audit/verifier.js';
import { verifyTables } from './audit/verify.js';
import { engineOf } from './database/engines.js';
import { loadKindsAt } from './kind/kind.js';
import { foldMethods, type FoldTask } from './projection/fold-thread.js';
import { LogFold } from './projection/log-fold.js';
import { projectedAmong } from './projection/projected.js';
import { parseCheckpoint } from './proof/checkpoint.js';
import { parseVerifierKey } from './proof/verifier-key.js';
import { systemRuntime } from './runtime/runtime.js';
import { answerCalls, giveWay, tellProgress, type Methods } from './runtime/background.js';

const port = parentPort as MessagePort;

type ThreadTask =
  | { work: 'fold'; task: FoldTask }
  | { work: 'notary'; task: NotaryOptions }
  | { work: 'verify'; task: VerifyTask };

async function methodsOf({ work, task }: ThreadTask): Promise<Methods> {
  switch (work) {
    case 'fold':
      return foldMethods(await openFold(task));
    case 'notary':
      return notaryMethods(() => openNotary(task));
    case 'verify':
      return { check: () => check(task) };
  }
}

async function openFold({ url, kindsUrl, projections }: FoldTask): Promise<LogFold> {
  const { list } = await loadKindsAt(kindsUrl);
  const kinds = projectedAmong(list).filter(({ projection }) => projections.includes(projection.name));
  return new LogFold(kinds, await engineOf(url).openReader(), { nextTurn: systemRuntime.nextTurn });
}

async function openNotary({ url, keyFile, origin }: NotaryOptions): Promise<OpenNotary> {
  const engine = engineOf(url);
  const opened = await engine.openReader();
  try {
    const tiles = engine.openTiles();
    return {
      notary: new Notary(logOf(opened), tiles, keyFile, origin),
      close() {
        tiles.close();
        return opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** One half of a verification: the tables against the events, or the events against what is known of them. */
async function check(task: VerifyTask): Promise<Halves[Half]> {
  const { url, keyFile, kindsUrl, copy, checkpoints = [], keys = [], half } = task;
  const opened = await engineOf(url).openReader();
  const onProgress = (done: number): void => {
    tellProgress(port, done);
  };
  try {
    if (half === 'tables') return await verifyTables((await loadKindsAt(kindsUrl)).list, opened, onProgress);
    const { events, problems, warnings } = await checkSignedLog(opened, {
      engine: engineOf(copy?.of ?? url),
      keyFile,
      checkpoints: checkpoints.map(parseCheckpoint),
      keys: keys.map(parseVerifierKey),
      ...(copy === undefined ? {} : { copyHoldsAtLeast: copy.holdsAtLeast ?? 0 }),
      onProgress,
    });
    return { events, problems, warnings };
  } finally {
    await opened.close();
  }
}

giveWay();
// Slices are fetched while the fold goes on.
answerCalls(port, await methodsOf(workerData as ThreadTask), ['fetch', 'close']);
