// The program of the thread in which the notary lives.
import { parentPort, workerData } from 'node:worker_threads';
import { Notary } from './audit/notary.js';
import { answerAsNotary, type NotaryOptions, type OpenNotary } from './audit/remote-notary.js';
import { TileDatabase, tilesPathOf } from './database/sqlite/tile-database.js';
import { SqliteReader } from './database/sqlite/sqlite-reader.js';
import { Log } from './event-store/log.js';
import { giveWay } from './runtime/background.js';

giveWay();
const { databasePath, keyFile, origin } = workerData as NotaryOptions;
if (parentPort !== null) answerAsNotary(parentPort, open);

function open(): OpenNotary {
  const reader = SqliteReader.open(databasePath);
  try {
    const tiles = TileDatabase.open(tilesPathOf(databasePath));
    return {
      notary: new Notary(new Log(reader), tiles, keyFile, origin),
      close() {
        tiles.close();
        reader.close();
      },
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}
