// Which database a command means, and reading it beside whoever has it.
import { environmentWithFile, readSettings, type Settings } from '../config.js';
import type { DatabaseFiles } from '../database/database-files.js';
import type { Engine, OpenReader } from '../database/engine.js';
import { engineOf } from '../database/engines.js';
import type { Shell } from './shell.js';

export interface DatabaseOption {
  /** A path; the one of DATABASE_URL when not given. */
  database?: string;
}

export const urlOf = (path: string): string => `sqlite:${path}`;

export const engineAt = (path: string): Engine => engineOf(urlOf(path));

/** @throws Error for a database that is no file */
export function filesOf(path: string): DatabaseFiles {
  const { files } = engineAt(path);
  if (files === undefined) throw new Error(`${path} is no file: its database has its own ways to do that.`);
  return files;
}

/** What the environment says, and a `.env` file; the option goes before both. */
export function settingsOf({ database }: DatabaseOption, shell: Shell): Settings {
  const settings = readSettings(environmentWithFile(shell.env));
  return database === undefined
    ? settings
    : { ...settings, databasePath: database, DATABASE_URL: urlOf(database) };
}

export const databasePath = (option: DatabaseOption, shell: Shell): string =>
  option.database ?? settingsOf(option, shell).databasePath;

/** The signing key: beside the database, unless SIGNING_KEY_FILE says otherwise. */
export function keyFileOf(option: DatabaseOption, shell: Shell): string {
  const { SIGNING_KEY_FILE: given = '' } = environmentWithFile(shell.env);
  return given === '' ? `${databasePath(option, shell)}.key` : given;
}

/** Opens the database to read, for the length of `work`. It may be in use by a service. */
export async function reading<T>(path: string, work: (opened: OpenReader) => Promise<T>): Promise<T> {
  const opened = await engineAt(path).openReader();
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}
