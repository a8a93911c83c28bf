// The file that the path of a database means, whichever of its names the path is.
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { UnusableDatabase } from '../unusable-database.js';

/** As many as Linux follows. */
const linksMax = 40;

/**
 * Follows symbolic links, also to a file that is not there yet: SQLite would make it where they lead.
 * @throws UnusableDatabase when there is something of this name that is no file, or the links lead nowhere
 */
export function databaseFile(path: string): string {
  let file = inRealFolder(path);
  for (let links = 0; links < linksMax; links += 1) {
    const there = lstatSync(file, { throwIfNoEntry: false });
    if (there === undefined) return file;
    if (!there.isSymbolicLink()) return mustBeFile(file);
    const target = readlinkSync(file);
    file = inRealFolder(isAbsolute(target) ? target : `${dirname(file)}/${target}`);
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

/** The file's name in a folder as the kernel knows it: neither another path nor a file in its place changes that. */
export function databaseMark(path: string): string {
  const file = databaseFile(path);
  const { dev, ino } = statSync(dirname(file), { bigint: true });
  return `${dev}:${ino}/${basename(file)}`;
}

/** The folder by the name that the system knows: `..` after a link leads to where the link leads, not to its side. */
function inRealFolder(path: string): string {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return resolve(path);
  return join(realpathSync.native(folder), basename(path));
}

function mustBeFile(path: string): string {
  const there = statSync(path);
  if (there.isFile()) return path;
  throw new UnusableDatabase(`it is no file${there.isDirectory() ? ', but a folder' : ''}`);
}
