// Small files that must be there whole or not at all, whatever ends the process or the machine.
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../database/durable-files.js';

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
