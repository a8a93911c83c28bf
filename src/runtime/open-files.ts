// How many files and connections this process may have open (`ulimit -n`, RLIMIT_NOFILE).
import { readFileSync } from 'node:fs';

/** Undefined where the system does not tell. */
export function openFilesMax(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
