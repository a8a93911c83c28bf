// Which database a command means, and reading it beside whoever has it.
import { readSettings, type Settings } from '../config.js';
import { environmentWithFile } from '../environment.js';
import type { DatabaseFiles } from '../database/database-files.js';
import type { Engine, OpenReader } from '../database/engine.js';
import { engineOf, urlOfFile } from '../database/engines.js';
import type { Shell } from './shell.js';

export interface DatabaseOption {
  /** A path; the one of DATABASE_URL when not given. */
  database?: string;
}

/** @throws Error for a database that is no file */
export function filesOf({ name, files }: Engine): DatabaseFiles {
  if (files === undefined) throw new Error(`${name} is no file: its database has its own ways to do that.`);
  return files;
}

/** What the environment says, and a `.env` file; the option goes before both. */
export function settingsOf({ database }: DatabaseOption, shell: Shell): Settings {
  const settings = readSettings(environmentWithFile(shell.env));
  return database === undefined ? settings : { ...settings, DATABASE_URL: urlOfFile(database) };
}

export const engineFor = (option: DatabaseOption, shell: Shell): Engine =>
  engineOf(
    option.database === undefined ? settingsOf(option, shell).DATABASE_URL : urlOfFile(option.database),
  );

/** The signing key: beside the database, unless SIGNING_KEY_FILE says otherwise. */
export function keyFileOf(option: DatabaseOption, shell: Shell): string {
  const { SIGNING_KEY_FILE: given = '' } = environmentWithFile(shell.env);
  return given === '' ? engineFor(option, shell).keyFile : given;
}

/** Opens the database to read, for the length of `work`. It may be in use by a service. */
export async function reading<T>(engine: Engine, work: (opened: OpenReader) => Promise<T>): Promise<T> {
  const opened = await engine.openReader();
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}
