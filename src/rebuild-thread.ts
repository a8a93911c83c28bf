// The program of the thread that folds the log for a rebuild of read tables.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import { loadKinds } from './kind/kind.js';
import { foldAsTold, type FoldTask } from './projection/fold-thread.js';
import { LogFold } from './projection/log-fold.js';
import { projectedAmong } from './projection/projected.js';
import { giveWay } from './runtime/background.js';

giveWay();
const { path, kindsUrl, projections } = workerData as FoldTask;
const connection = new BetterSqlite3(path, { readonly: true, timeout: 5_000 });
connection.pragma('cache_size = -4096');
const { list } = await loadKinds(kindsUrl);
const kinds = projectedAmong(list).filter(({ projection }) => projections.includes(projection.name));
foldAsTold(parentPort as MessagePort, new LogFold(kinds, connection));
