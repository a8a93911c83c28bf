// The program of the thread that folds the log for a rebuild of the tables of jobs.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import { foldAsTold } from './projection/fold-thread.js';
import { LogFold } from './projection/log-fold.js';
import { giveWay } from './runtime/background.js';
import { projectedJobs } from './simulation/projected-jobs.js';

giveWay();
const connection = new BetterSqlite3(workerData as string, { readonly: true, timeout: 5_000 });
connection.pragma('cache_size = -4096');
foldAsTold(parentPort as MessagePort, new LogFold(projectedJobs, connection));
