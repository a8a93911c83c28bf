// A database that was moved away without its `-wal`: the commits in there belong to it, and SQLite would delete them
// with the first file that it makes in its place.
import { statSync } from 'node:fs';
import { UnusableDatabase } from '../unusable-database.js';

/** @throws UnusableDatabase when the file is missing or empty, and commits lie beside it */
export function refuseOrphanLog(path: string): void {
  const log = `${path}-wal`;
  if (sizeOf(path) > 0 || sizeOf(log) === 0) return;
  throw new UnusableDatabase(
    `there is no ${path}, but ${log} holds commits of it. Put the file back beside it, or move both away`,
  );
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
