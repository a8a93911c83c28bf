// Which database a command means, and reading it beside whoever has it.
import type { DatabaseFiles } from '../database/database-files.js';
import type { Engine, OpenReader } from '../database/engine.js';
import { engineOf, problemOfUrl, standardUrl, urlOfFile } from '../database/engines.js';
import { environmentWithFile, unusable } from '../environment.js';
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

/** As in DATABASE_URL, which the option goes before. The other settings are not looked at. @throws UnusableSettings */
function urlFor({ database }: DatabaseOption, shell: Shell): string {
  if (database !== undefined) return urlOfFile(database);
  const { DATABASE_URL: given = '' } = environmentWithFile(shell.env);
  if (given === '') return standardUrl;
  const problem = problemOfUrl(given);
  if (problem !== undefined) throw unusable({ DATABASE_URL: given }, [['DATABASE_URL', problem]]);
  return given;
}

export const engineFor = (option: DatabaseOption, shell: Shell): Engine => engineOf(urlFor(option, shell));

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
