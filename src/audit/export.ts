// A log in one file: an event a line, in the form in which proofs carry it (the stored text of `data` and `metadata`
// unchanged), and a last line with the signed checkpoint over them. Checked with nothing but the file.
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { checkLog, type CheckedLog } from './log-check.js';
import { openCheckpoint, parseNote, type Checkpoint } from './proof/checkpoint.js';
import type { StoredEvent } from './proof/leaf.js';
import { ProofError } from './proof/proof-error.js';
import { formatEvent, parseEvent } from './proof/proven-event.js';
import type { VerifierKey } from './proof/verifier-key.js';

/** @param note the signed checkpoint over exactly these events */
export async function writeExport(path: string, events: Iterable<StoredEvent>, note: string): Promise<void> {
  const lines = Readable.from(linesOf(events, note));
  const file = createWriteStream(path);
  await (path.endsWith('.gz') ? pipeline(lines, createGzip(), file) : pipeline(lines, file));
}

const linesAtOnce = 500;

function* linesOf(events: Iterable<StoredEvent>, note: string): Generator<string> {
  let lines: string[] = [];
  for (const event of events) {
    lines.push(formatEvent(event).toString());
    if (lines.length < linesAtOnce) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  yield [...lines, JSON.stringify({ checkpoint: note }), ''].join('\n');
}

export interface ExportCheck {
  /** Without a key, the signature of the file's checkpoint is not checked. */
  verifierKey?: VerifierKey | undefined;
  /** Must be a prefix of the file. */
  older?: Checkpoint | undefined;
}

/**
 * Every leaf, the root, the signature, and that the older checkpoint is a prefix.
 * @throws ProofError when the file is not of the form, or its signature is not that of the key
 */
export async function checkExport(path: string, { verifierKey, older }: ExportCheck): Promise<CheckedLog> {
  const source = createReadStream(path);
  const input = path.endsWith('.gz') ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => input.destroy(error));
  const file = new ExportFile(createInterface({ input, crlfDelay: Infinity }));
  const checked = await checkLog({ events: file.events(), checkpoints: older === undefined ? [] : [older] });
  // A hole ends the reading: there is nothing left to hold against the checkpoint.
  if (checked.problems.length > 0) return checked;
  if (file.note === undefined)
    throw new ProofError('The file has no last line with a checkpoint: it was cut off.');
  const checkpoint =
    verifierKey === undefined ? parseNote(file.note) : openCheckpoint(file.note, verifierKey);
  if (checkpoint.size !== checked.events) {
    checked.problems.push(
      `the file holds ${checked.events} events and its checkpoint covers ${checkpoint.size}`,
    );
  } else if (!checkpoint.root.equals(checked.root)) {
    checked.problems.push(`the ${checked.events} events of the file are not those of its checkpoint`);
  }
  return checked;
}

class ExportFile {
  note: string | undefined;

  constructor(private readonly lines: AsyncIterable<string>) {}

  async *events(): AsyncGenerator<StoredEvent> {
    for await (const line of this.lines) {
      if (this.note !== undefined) throw new ProofError('Something follows the checkpoint in the file.');
      if (line.startsWith('{"checkpoint":'))
        this.note = (JSON.parse(line) as { checkpoint: string }).checkpoint;
      else yield parseEvent(Buffer.from(line));
    }
  }
}
