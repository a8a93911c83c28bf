// The command `daybook` as it was built: run in this process, or as a process of its own.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Writable, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { run } from '../../src/command-line.js';
import type { KindList } from '../../src/kind/kind.js';

const dist = join(import.meta.dirname, '../../dist');
const program = join(dist, 'cli.js');
if (!existsSync(program)) throw new Error(`There is no ${program}: run \`npm run build\` first.`);

/** As it was built: its threads are programs of their own. */
const built = (await import(join(dist, 'command-line.js'))) as { run: typeof run };
// One by one, and first: Jest does not bear several commands that load the same modules at once.
for (const folder of ['cli', 'simulation/cli'])
  for (const file of readdirSync(join(dist, folder)).filter((name) => name.endsWith('.js')))
    await import(join(dist, folder, file));
for (const file of ['config.js', 'apart.js', 'simulation/stream-kind.js', 'audit/log-kind.js'])
  await import(join(dist, file));

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null;
  out: string;
  err: string;
}

/** All that is written to it. */
class Kept extends Writable {
  text = '';

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

export interface Command {
  /** All that it has printed so far, and told on standard error. */
  readonly out: string;
  readonly err: string;
  ended: Promise<Ended>;
  /** As Ctrl-C does. */
  interrupt(): void;
}

const begun = new Set<AbortController>();

/** Begins it in this process, with these settings and nothing of this process's environment. */
export function beginCommand(
  words: readonly string[],
  settings: Record<string, string> = {},
  kinds?: KindList,
): Command {
  const [out, err] = [new Kept(), new Kept()];
  const controller = new AbortController();
  begun.add(controller);
  const interruption = () => ({ signal: controller.signal, done: () => undefined });
  const running = built.run(words, { out, err, env: settings, interruption }, kinds);
  return {
    get out() {
      return out.text;
    },
    get err() {
      return err.text;
    },
    ended: running.then((code) => ({ code, out: out.text, err: err.text })),
    interrupt() {
      controller.abort();
    },
  };
}

export const runDaybook = (...begun: Parameters<typeof beginCommand>): Promise<Ended> =>
  beginCommand(...begun).ended;

export const daybook = (...words: string[]): Promise<Ended> => runDaybook(words);

export type RunningCommand = ChildProcessByStdio<null, Readable, Readable>;

const running = new Set<RunningCommand>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const controller of begun) controller.abort();
});

/**
 * Starts it as a process in a folder without a `.env` file, with these settings and nothing of this process's
 * environment, and in a process group of its own, so that a signal can reach it with all that it started.
 */
export function startCommand(
  words: readonly string[],
  settings: Record<string, string> = {},
  shell?: string,
): RunningCommand {
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

/** As a process, under a limit of the shell, like `ulimit -f 8`. */
export const daybookUnder = (limit: string, ...words: string[]): Promise<Ended> =>
  ended(startCommand(words, {}, `${limit}; exec "$0" "$@"`));
