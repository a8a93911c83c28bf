// `daybook export <file>`: the log and its signed checkpoint, for whoever wants to check it elsewhere.
import { writeExport } from '../audit/export.js';
import { Notary } from '../audit/notary.js';
import { parseNote } from '../proof/checkpoint.js';
import { logOf } from '../audit/signed-log.js';
import type { Engine, OpenReader } from '../database/engine.js';
import { originIn } from '../database/log-identity.js';
import type { Log } from '../event-store/log.js';
import { engineFor, keyFileOf, reading, type DatabaseOption } from './database.js';
import { refuseOwnFile } from './own-files.js';
import type { Shell } from './shell.js';
import { counted } from './terminal.js';

const pageSize = 1_000;

export interface ExportOptions extends DatabaseOption {
  json?: boolean;
  /** Replace a file that is there. */
  force?: boolean;
}

/** @throws Interrupted: then nothing is written */
export async function exportLog(file: string, options: ExportOptions, shell: Shell): Promise<void> {
  const engine = engineFor(options, shell);
  const keyFile = keyFileOf(options, shell);
  refuseOwnFile(file, engine, keyFile);
  await shell.interruptible((signal) =>
    reading(engine, (opened) => exportTo(file, opened, { ...options, engine, keyFile, signal, shell })),
  );
}

async function exportTo(
  file: string,
  opened: OpenReader,
  options: ExportOptions & { engine: Engine; keyFile: string; signal: AbortSignal; shell: Shell },
): Promise<void> {
  const { engine, keyFile, signal, shell } = options;
  const origin = await originIn(opened.reader);
  if (origin === undefined)
    throw new Error(`The log in ${engine.name} has no name yet: start a service on it once.`);
  const log = logOf(opened);
  const tiles = engine.openTiles();
  try {
    const notary = new Notary(log, tiles, keyFile, origin);
    const note = await notary.checkpoint();
    const key = await notary.key();
    const { size } = parseNote(note);
    const pages = pagesUpTo(log, size, shell.progressBar('events'));
    await writeExport({ path: file, pages, note, force: options.force === true, signal });
    if (options.json === true)
      shell.print(JSON.stringify({ file, events: size, checkpoint: note, verifier_key: key }));
    else
      shell.print(`${counted(size, 'event')} and the checkpoint are in ${file}. The verifier key is ${key}`);
  } finally {
    tiles.close();
  }
}

async function* pagesUpTo(log: Log, size: number, draw: (done: number, total: number) => void) {
  for await (const page of log.pages({}, { upTo: size, pageSize })) {
    yield page;
    draw(page.at(-1)?.position ?? size, size);
  }
}
