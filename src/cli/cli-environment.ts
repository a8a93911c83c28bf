// What every command shares: which database, how to print, how to end.
import { environmentWithFile, readSettings } from '../config.js';
import { SqliteReader } from '../database/sqlite/sqlite-reader.js';
import { systemRuntime } from '../runtime/runtime.js';
import { barOf, LiveLines, paint } from './terminal.js';

export interface DatabaseOption {
  /** A path; the one of DATABASE_URL when not given. */
  database?: string;
}

export const databasePath = ({ database }: DatabaseOption): string =>
  database ?? readSettings(environmentWithFile(process.env)).databasePath;

/** The signing key: beside the database, unless SIGNING_KEY_FILE says otherwise. */
export function keyFileOf(option: DatabaseOption): string {
  const { SIGNING_KEY_FILE: given = '' } = environmentWithFile(process.env);
  return given === '' ? `${databasePath(option)}.key` : given;
}

/** Opens the database to read, for the length of `work`. It may be in use by a service. */
export async function reading<T>(
  option: DatabaseOption,
  work: (reader: SqliteReader) => Promise<T>,
): Promise<T> {
  const reader = SqliteReader.open(databasePath(option));
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** At least between two drawings, in milliseconds. */
const drawMs = 100;

/**
 * A bar for long work, on standard error, so that what is printed can be piped; nothing where there is no terminal.
 * It ends by itself when `done` reaches `total`. A total of 0 means that nobody knows it yet.
 */
export function progressBar(what: string): (done: number, total: number) => void {
  const stream = process.stderr;
  if (!stream.isTTY) return () => undefined;
  let lines: LiveLines | undefined;
  let drawnMs = -Infinity;
  let isOver = false;
  return (done, total) => {
    const now = systemRuntime.nowMs();
    if (isOver || total === 0 || (done < total && now - drawnMs < drawMs)) return;
    lines ??= new LiveLines(stream);
    drawnMs = now;
    const counts = ` ${done}/${total} ${what}`;
    const bar = barOf(done, total, Math.max(10, Math.min(40, lines.room.columns - counts.length)));
    lines.draw([`${paint('green', bar, stream)}${counts}`]);
    isOver = done >= total;
    if (isOver) lines.close();
  };
}
