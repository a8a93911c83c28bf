// A log in one file: an event a line, in the form in which proofs carry it (the stored text of `data` and `metadata`
// unchanged), and a last line with the signed checkpoint over them. Checked with nothing but the file.
import {
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { KeyLine } from './key-line.js';
import { checkLog, type CheckedLog } from './log-check.js';
import { keyChangeIn, logStreamOf, type RecordedKeyChange } from './log-kind.js';
import { failedWith } from '../runtime/durable-files.js';
import { privateMode } from '../runtime/private-files.js';
import { openCheckpointBy, parseNote, type Checkpoint } from '../proof/checkpoint.js';
import type { StoredEvent } from '../proof/leaf.js';
import { ProofError } from '../proof/proof-error.js';
import { eventText, parseEvent } from '../proof/proven-event.js';
import type { VerifierKey } from '../proof/verifier-key.js';

export interface WriteExport {
  path: string;
  /** In log order, in pages of any size. */
  pages: AsyncIterable<readonly StoredEvent[]>;
  /** The signed checkpoint over exactly these events. */
  note: string;
  /** Replace a file that is there. */
  force?: boolean;
  /** Ends it; then nothing is left behind. */
  signal?: AbortSignal;
}

/**
 * Writes beside the file and gives it its name at the end, when everything is on disk: nobody takes half an export for
 * one.
 * @throws FileExists, before anything is written, when the file is there; the reason of `signal`
 */
export async function writeExport({ path, pages, note, force = false, signal }: WriteExport): Promise<void> {
  if (!force && existsSync(path)) throw new FileExists(path);
  const folder = mkdtempSync(`${path}.`);
  const temporary = join(folder, 'new');
  try {
    const lines = Readable.from(linesOf(pages, note));
    const file = createWriteStream(temporary, { flush: true, mode: privateMode });
    const streams = path.endsWith('.gz') ? [lines, createGzip(), file] : [lines, file];
    await pipeline(streams, signal === undefined ? {} : { signal });
    if (force) renameSync(temporary, path);
    // Unlike a rename, a link does not replace a file that was made in the meantime.
    else linkSync(temporary, path);
  } catch (error) {
    throw failedWith(error, 'EEXIST') ? new FileExists(path) : error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class FileExists extends Error {
  override readonly name = 'FileExists';

  constructor(path: string) {
    super(`${path} is there already: choose another name, or give --force to replace it.`);
  }
}

async function* linesOf(pages: AsyncIterable<readonly StoredEvent[]>, note: string): AsyncGenerator<string> {
  const { size } = parseNote(note);
  let position = 0;
  for await (const page of pages) {
    for (const event of page) {
      position += 1;
      if (event.position !== position) throw missing(position);
    }
    if (page.length > 0) yield `${page.map(eventText).join('\n')}\n`;
  }
  if (position < size) throw missing(position + 1);
  yield `${JSON.stringify({ checkpoint: note })}\n`;
}

const missing = (position: number): Error =>
  new Error(
    `Event ${position} is missing in the log, and the checkpoint covers it: daybook verify tells more.`,
  );

export interface ExportCheck {
  /** Those that the asker trusts. Without any, the signature of the file's checkpoint is not checked. */
  keys?: readonly VerifierKey[];
  /** Each must be a prefix of the file. */
  older?: readonly Checkpoint[];
}

export interface CheckedExport extends CheckedLog {
  line: KeyLine;
}

/**
 * Every leaf, the root, the signature, and that the older checkpoint is a prefix.
 * @throws ProofError when the file is not of the form, or its signature is not that of a key that the asker trusts
 * @throws Error when it cannot be read
 */
export async function checkExport(
  path: string,
  { keys = [], older = [] }: ExportCheck,
): Promise<CheckedExport> {
  const file = new ExportFile(path);
  const checked = await checkLog({ pages: file.pages(), checkpoints: older });
  // A hole ends the reading: there is nothing left to hold against the checkpoint.
  if (checked.problems.length > 0) return { ...checked, line: new KeyLine('', []) };
  const { note, line } = file.end();
  const { checkpoint, signedBy } =
    keys.length === 0
      ? { checkpoint: parseNote(note), signedBy: [] }
      : openCheckpointBy(note, line.trustedBy(keys));
  const { problems } = checked;
  problems.push(...line.problems);
  if (checkpoint.size !== checked.events) {
    problems.push(`the file holds ${checked.events} events and its checkpoint covers ${checkpoint.size}`);
  } else if (!checkpoint.root.equals(checked.root)) {
    problems.push(`the ${checked.events} events of the file are not those of its checkpoint`);
  }
  const wrong = line.outOfTurn(checkpoint, signedBy);
  if (wrong !== undefined) problems.push(wrong);
  return { ...checked, line };
}

/**
 * The line of keys in an export, before anything is checked.
 * @throws ProofError when the file is not of the form
 */
export async function keyLineIn(path: string): Promise<KeyLine> {
  const file = new ExportFile(path);
  const pages = file.pages();
  while ((await pages.next()).done !== true);
  return file.end().line;
}

class ExportFile {
  private note: string | undefined;
  private readonly keyChanges: { streamId: string; recorded: RecordedKeyChange }[] = [];

  constructor(private readonly path: string) {}

  async *pages(): AsyncGenerator<StoredEvent[]> {
    let count = 0;
    for await (const lines of linesOfFile(this.path)) {
      const page: StoredEvent[] = [];
      for (const line of lines) {
        if (this.note !== undefined) throw new ProofError('Something follows the checkpoint in the file.');
        count += 1;
        const where = `Line ${count} of the file`;
        if (line.subarray(0, checkpointStart.length).equals(checkpointStart)) this.note = noteIn(line, where);
        else page.push(this.eventIn(line, where));
      }
      yield page;
    }
  }

  /** What is known when all pages are read. @throws ProofError when it has no end */
  end(): { note: string; line: KeyLine } {
    const { note } = this;
    if (note === undefined)
      throw new ProofError('The file has no last line with a checkpoint: it was cut off.');
    const { origin } = parseNote(note);
    const own = this.keyChanges.filter(({ streamId }) => streamId === logStreamOf(origin));
    return {
      note,
      line: new KeyLine(
        origin,
        own.map(({ recorded }) => recorded),
      ),
    };
  }

  private eventIn(line: Buffer, where: string): StoredEvent {
    const event = parseEvent(line, where);
    const recorded = keyChangeIn(event);
    if (recorded !== undefined) this.keyChanges.push({ streamId: event.stream_id, recorded });
    return event;
  }
}

const checkpointStart = Buffer.from('{"checkpoint":');

function noteIn(line: Buffer, where: string): string {
  try {
    const { checkpoint } = JSON.parse(line.toString()) as { checkpoint: unknown };
    if (typeof checkpoint === 'string') return checkpoint;
  } catch {
    // As wrong as a checkpoint that is no text.
  }
  throw new ProofError(`${where} is no checkpoint: the file was cut off or changed.`);
}

const newline = 0x0a;

/** Some at a time. They end with a line feed and nothing else, where `readline` would also break a text at U+2028. */
async function* linesOfFile(path: string): AsyncGenerator<Buffer[]> {
  let pieces: Buffer[] = [];
  for await (const chunk of bytesOfFile(path)) {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      lines.push(Buffer.concat([...pieces, chunk.subarray(start, end)]));
      pieces = [];
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
    yield lines;
  }
  const last = Buffer.concat(pieces);
  if (last.length > 0) yield [last];
}

async function* bytesOfFile(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path);
  if (!path.endsWith('.gz')) {
    yield* source as AsyncIterable<Buffer>;
    return;
  }
  const unpacked = source.pipe(createGunzip());
  source.on('error', (error) => unpacked.destroy(error));
  try {
    yield* unpacked as AsyncIterable<Buffer>;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error;
    throw new Error(`${path} is no whole gzip file, or was damaged on its way: fetch it again.`, {
      cause: error,
    });
  }
}
