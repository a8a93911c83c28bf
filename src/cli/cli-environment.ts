// What every command shares: which database, how to print, how to end.
import { environmentWithFile, readSettings } from '../config.js';
import { SqliteReader } from '../database/sqlite-reader.js';

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

/** Draws on a terminal only, and on standard error, so that what is printed can be piped. */
export function progressBar(what: string): (done: number, total: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done, total) => {
    const width = 40;
    const filled = total === 0 ? width : Math.round((width * done) / total);
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
    process.stderr.write(`\r${bar} ${done}/${total} ${what}${done >= total ? '\n' : ''}`);
  };
}
