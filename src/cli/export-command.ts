// `daybook export <file>`: the log and its signed checkpoint, for whoever wants to check it elsewhere.
import { writeExport } from '../audit/export.js';
import { Notary } from '../audit/notary.js';
import { openCheckpoint } from '../audit/proof/checkpoint.js';
import { parseVerifierKey } from '../audit/proof/verifier-key.js';
import { originIn } from '../audit/signed-log.js';
import { TileDatabase, tilesPathOf } from '../audit/tile-database.js';
import { Log } from '../event-store/log.js';
import {
  databasePath,
  keyFileOf,
  print,
  progressBar,
  reading,
  type DatabaseOption,
} from './cli-environment.js';

const pageSize = 1_000;

export interface ExportOptions extends DatabaseOption {
  json?: boolean;
  /** Replace a file that is there. */
  force?: boolean;
}

export async function exportLog(file: string, options: ExportOptions): Promise<void> {
  const path = databasePath(options);
  await reading(options, async (reader) => {
    const origin = originIn(reader);
    if (origin === undefined)
      throw new Error(`The log in ${path} has no name yet: start a service on it once.`);
    const log = new Log(reader);
    const tiles = TileDatabase.open(tilesPathOf(path));
    try {
      const notary = new Notary(log, tiles, keyFileOf(options), origin);
      const note = await notary.checkpoint();
      const { size } = openCheckpoint(note, parseVerifierKey(notary.key()));
      await writeExport({
        path: file,
        events: pagesUpTo(log, size),
        note,
        force: options.force === true,
      });
      const key = notary.key();
      if (options.json === true)
        print(JSON.stringify({ file, events: size, checkpoint: note, verifier_key: key }));
      else print(`${size} events and their checkpoint are in ${file}. The verifier key is ${key}`);
    } finally {
      tiles.close();
    }
  });
}

function* pagesUpTo(log: Log, size: number) {
  const draw = progressBar('events');
  for (let position = 0; position < size;) {
    const { events, scannedTo } = log.page(position, size, pageSize, {});
    yield* events;
    position = scannedTo;
    draw(position, size);
  }
}
