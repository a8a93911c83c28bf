// The command `daybook` as it was built, run as a process.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const program = join(import.meta.dirname, '../../dist/cli.js');

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null;
  out: string;
  err: string;
}

export type RunningCommand = ChildProcessByStdio<null, Readable, Readable>;

const running = new Set<RunningCommand>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts it in a folder without a `.env` file, with these settings and nothing of this process's environment, and in a
 * process group of its own, so that a signal can reach it with all that it started.
 */
export function startCommand(
  words: readonly string[],
  settings: Record<string, string> = {},
  shell?: string,
): RunningCommand {
  if (!existsSync(program)) throw new Error(`There is no ${program}: run \`npm run build\` first.`);
  const [command, ...before] =
    shell === undefined ? [process.execPath] : ['sh', '-c', shell, process.execPath];
  const child = spawn(command, [...before, program, ...words], {
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'], ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
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

export const daybook = (...words: string[]): Promise<Ended> => runDaybook(words);

/** Under a limit of the shell, like `ulimit -f 8`. */
export const daybookUnder = (limit: string, ...words: string[]): Promise<Ended> =>
  ended(startCommand(words, {}, `${limit}; exec "$0" "$@"`));
