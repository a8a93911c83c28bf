// The command `daybook` as it was built, run as a process.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const program = join(import.meta.dirname, '../../dist/cli.js');

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null;
  out: string;
  err: string;
}

const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts it in a process group of its own, so that a signal can reach it with all that it started. */
export function startCommand(
  words: readonly string[],
  shell?: string,
): { child: ChildProcess; ended: Promise<Ended> } {
  if (!existsSync(program)) throw new Error(`There is no ${program}: run \`npm run build\` first.`);
  const [command, ...before] =
    shell === undefined ? [process.execPath] : ['sh', '-c', shell, process.execPath];
  const child = spawn(command, [...before, program, ...words], {
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  const [out, err] = [text(child.stdout), text(child.stderr)];
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      running.delete(child);
      Promise.all([out, err]).then(([all, said]) => {
        resolve({ code, out: all, err: said });
      }, reject);
    });
  });
  return { child, ended };
}

export const daybook = (...words: string[]): Promise<Ended> => startCommand(words).ended;

/** Under a limit of the shell, like `ulimit -f 8`. */
export const daybookUnder = (limit: string, ...words: string[]): Promise<Ended> =>
  startCommand(words, `${limit}; exec "$0" "$@"`).ended;
