// The file that the path of a database means, whichever of its names the path is.
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UnusableDatabase } from './unusable-database.js';

/** As many as Linux follows. */
const linksMax = 40;

/**
 * Follows symbolic links, also to a file that is not there yet: SQLite would make it where they lead.
 * @throws UnusableDatabase when there is something of this name that is no file, or the links lead nowhere
 */
export function databaseFile(path: string): string {
  let file = resolve(path);
  for (let links = 0; links < linksMax; links += 1) {
    const there = lstatSync(file, { throwIfNoEntry: false });
    if (there === undefined) return file;
    if (!there.isSymbolicLink()) return realpathSync(mustBeFile(file));
    file = resolve(realpathSync(dirname(file)), readlinkSync(file));
  }
  throw new UnusableDatabase('its symbolic links lead nowhere');
}

/** @throws UnusableDatabase also when it is not there */
export function existingDatabaseFile(path: string): string {
  const file = databaseFile(path);
  if (statSync(file, { throwIfNoEntry: false }) === undefined)
    throw new UnusableDatabase('there is no such file');
  return file;
}

function mustBeFile(path: string): string {
  const there = statSync(path);
  if (there.isFile()) return path;
  throw new UnusableDatabase(`it is no file${there.isDirectory() ? ', but a folder' : ''}`);
}
