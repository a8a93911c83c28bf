// What lies beside the signing key: the one that is to follow it, those that it followed, and how each came to be.
import { existsSync, linkSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ProofError } from '../proof/proof-error.js';
import { failedWith, syncFolder, writeDurably } from '../runtime/durable-files.js';
import { checkpointFileOf } from './checkpoint-file.js';
import type { KeyChanged } from './log-kind.js';

/** A key that was made, and is not yet in its place. */
export const nextKeyFileOf = (keyFile: string): string => `${keyFile}.next`;

/** The changes of the key, as the log has them: a backup that is put back may not have the last ones. */
const changesFileOf = (keyFile: string): string => `${keyFile}.changes`;

const retired = '.retired-';

/** All of them, whether they are there or not. */
export function keyFilesOf(keyFile: string): string[] {
  const folder = dirname(keyFile);
  const old = (existsSync(folder) ? readdirSync(folder) : []).filter((name) =>
    name.startsWith(basename(keyFile) + retired),
  );
  return [
    keyFile,
    checkpointFileOf(keyFile),
    nextKeyFileOf(keyFile),
    changesFileOf(keyFile),
    ...old.map((name) => join(folder, name)),
  ];
}

/**
 * The next key takes the place of the one that is there, which is kept under another name. At no moment is there none,
 * unless there was none before.
 * @param name under which the old one is kept, like its id
 */
export function putNextKeyInPlace(keyFile: string, name: string): string | undefined {
  const kept = `${keyFile}${retired}${name}`;
  const isThere = existsSync(keyFile);
  try {
    if (isThere) linkSync(keyFile, kept);
  } catch (error) {
    // By an earlier call that was cut off.
    if (!failedWith(error, 'EEXIST')) throw error;
  }
  renameSync(nextKeyFileOf(keyFile), keyFile);
  syncFolder(dirname(keyFile));
  return isThere ? kept : undefined;
}

/** In the order in which they happened. @throws ProofError when the file is there and cannot be read */
export function readKeyChanges(keyFile: string): KeyChanged[] {
  const path = changesFileOf(keyFile);
  try {
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as KeyChanged);
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return [];
    throw new ProofError(
      `Cannot read the changes of the signing key, ${path}: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
}

export function keepKeyChange(keyFile: string, change: KeyChanged): void {
  const kept = readKeyChanges(keyFile);
  if (kept.some(({ data }) => data.statement === change.data.statement)) return;
  const path = changesFileOf(keyFile);
  const lines = [...kept, change].map((each) => `${JSON.stringify(each)}\n`);
  writeDurably(path, lines.join(''), (temporary) => {
    renameSync(temporary, path);
  });
}
