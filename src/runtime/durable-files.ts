// Makes files and their names durable: what a rename promised must be there after a power cut, too.
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A new name in a folder is durable when the folder is. Windows has no such call, and needs none. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Writes a temporary file beside `path`, readable by its owner only, makes it durable and hands it to `place`, which
 * links or renames it to `path`; then makes that durable too. Makes the folder when it is missing.
 */
export function writeDurably(path: string, content: string, place: (temporary: string) => void): void {
  mkdirSync(dirname(path), { recursive: true });
  // In a folder of its own: its name is chosen by the system, so no two processes share it.
  const folder = mkdtempSync(`${path}.`);
  try {
    const temporary = join(folder, 'new');
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    place(temporary);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  syncFolder(dirname(path));
}

/** Whether a system call failed for this reason, such as ENOENT. */
export const failedWith = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
