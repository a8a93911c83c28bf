// A temporary folder for one test file, removed when its tests are done.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Workplace {
  path(...names: string[]): string;
  /** Writes a file, making its folder; tells its path. */
  write(name: string, content: string): string;
}

export function workplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-test-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = (...names: string[]): string => join(folder, ...names);
  return {
    path,
    write(name, content) {
      const file = path(name);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}
