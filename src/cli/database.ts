// Which database a command means, and reading it beside whoever has it.
import { environmentWithFile, readSettings, type Settings } from '../config.js';
import { SqliteReader } from '../database/sqlite/sqlite-reader.js';
import type { Shell } from './shell.js';

export interface DatabaseOption {
  /** A path; the one of DATABASE_URL when not given. */
  database?: string;
}

/** What the environment says, and a `.env` file; the option goes before both. */
export function settingsOf({ database }: DatabaseOption, shell: Shell): Settings {
  const settings = readSettings(environmentWithFile(shell.env));
  return database === undefined ? settings : { ...settings, databasePath: database };
}

export const databasePath = (option: DatabaseOption, shell: Shell): string =>
  option.database ?? settingsOf(option, shell).databasePath;

/** The signing key: beside the database, unless SIGNING_KEY_FILE says otherwise. */
export function keyFileOf(option: DatabaseOption, shell: Shell): string {
  const { SIGNING_KEY_FILE: given = '' } = environmentWithFile(shell.env);
  return given === '' ? `${databasePath(option, shell)}.key` : given;
}

/** Opens the database to read, for the length of `work`. It may be in use by a service. */
export async function reading<T>(path: string, work: (reader: SqliteReader) => Promise<T> | T): Promise<T> {
  const reader = SqliteReader.open(path);
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}
