// The command line as it was built, as a process of its own.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const program = join(import.meta.dirname, '../../dist/cli.js');

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export type RunningCommand = ChildProcessByStdio<null, Readable, Readable>;

/** Starts it in a folder without a `.env` file, with these settings and nothing of this process's environment. */
export function startCommand(
  words: readonly string[],
  settings: Record<string, string> = {},
): RunningCommand {
  if (!existsSync(program)) throw new Error(`There is no ${program}: run \`npm run build\` first.`);
  return spawn(process.execPath, [program, ...words], {
    cwd: import.meta.dirname,
    env: settings,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Resolves when it has ended and all that it wrote was read. */
export async function ended(command: RunningCommand): Promise<Ended> {
  const [code, out, err] = await Promise.all([
    new Promise<number | null>((resolve, reject) => {
      command.once('error', reject).once('close', resolve);
    }),
    text(command.stdout),
    text(command.stderr),
  ]);
  return { code, out, err };
}

export const runDaybook = (words: readonly string[], settings?: Record<string, string>): Promise<Ended> =>
  ended(startCommand(words, settings));
