// What a database and its log consist of, on the disk: nothing that a command makes may take the place of it.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { keyFilesOf } from '../audit/key-files.js';
import type { Engine } from '../database/engine.js';
import { engineOf, urlOfFile } from '../database/engines.js';
import { filesOf } from './database.js';

/** @throws Error when the target is the database, the key, or anything of use that lies beside them */
export function refuseOwnFile(target: string, engine: Engine, keyFile: string): void {
  const files = filesOf(engine);
  if (isSame(target, engine.name)) throw new Error(`${target} is the database itself.`);
  const own = [...files.own(), ...keyFilesOf(keyFile)];
  if (own.some((path) => isSame(target, path)))
    throw new Error(`${target} belongs to the database ${engine.name}: choose another name.`);
}

/** By name, whichever of its names that is; or by what is there. */
function isSame(one: string, other: string): boolean {
  if (nameOf(one) === nameOf(other)) return true;
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

function nameOf(path: string): string {
  try {
    return filesOf(engineOf(urlOfFile(path))).file();
  } catch {
    return resolve(path);
  }
}
