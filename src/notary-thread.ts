// The program of the thread in which the notary lives.
import { parentPort, workerData } from 'node:worker_threads';
import { Notary } from './audit/notary.js';
import { answerAsNotary, type NotaryOptions } from './audit/remote-notary.js';
import { TileDatabase, tilesPathOf } from './audit/tile-database.js';
import { SqliteReader } from './database/sqlite-reader.js';
import { Log } from './event-store/log.js';
import { giveWay } from './runtime/background.js';

giveWay();
const { databasePath, keyFile, origin } = workerData as NotaryOptions;
const log = new Log(SqliteReader.open(databasePath));
const notary = new Notary(log, TileDatabase.open(tilesPathOf(databasePath)), keyFile, origin);
if (parentPort !== null) answerAsNotary(parentPort, notary);
