// A service as a process of its own, as it was built: started, told to stop, killed, and looked at when it has ended.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { client, type Client } from '../support/client.js';
import type { Workplace } from '../support/workplace.js';

export const main = join(import.meta.dirname, '../../dist/main.js');

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The lines that it wrote on standard output: its log. */
  stdout: string[];
  /** All that it wrote on standard error. */
  stderr: string;
}

export type Settings = Record<string, string>;

export interface Daybook extends Client {
  /** Resolves when the process is gone. */
  exit: Promise<Exit>;
  pid: number;
  send: (signal: NodeJS.Signals) => void;
  /** Sends a signal and resolves when the process is gone. */
  end: (signal: NodeJS.Signals) => Promise<Exit>;
}

const running = new Set<ChildProcess>();

afterAll(() => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

/** The settings of a service on a database in a folder of the test, with a folder of configs that name nothing. */
export function settingsIn(
  place: Workplace,
  name: string,
  settings: Settings = {},
): Settings & { databasePath: string } {
  place.write(`${name}/configs/default_config.json`, '{}');
  const databasePath = place.path(name, 'jobs.db');
  return {
    databasePath,
    DATABASE_URL: `sqlite:${databasePath}`,
    CONFIG_DIR: place.path(name, 'configs'),
    PORT: '0',
    RETRY_BASE_DELAY_MS: '0',
    ...settings,
  };
}

/** What runs the service, `node` and `main` by default: a program and its arguments. */
export type Command = [program: string, ...programArguments: string[]];

function spawnDaybook(
  settings: Settings,
  [program, ...programArguments]: Command = [process.execPath, main],
): {
  child: ChildProcess;
  url: Promise<string | undefined>;
  exit: Promise<Exit>;
} {
  if (!existsSync(main)) throw new Error(`There is no ${main}: run \`npm run build\` first.`);
  // A folder without a .env file, and nothing of this process's environment.
  const child = spawn(program, programArguments, {
    cwd: join(import.meta.dirname),
    env: settings,
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a process group of its own, as a terminal starts it.
    detached: true,
  });
  running.add(child);
  const stdout: string[] = [];
  const stderr = text(child.stderr);
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      stderr.then((all) => {
        resolve({ code, signal, stdout, stderr: all });
      }, reject);
    });
  });
  const url = new Promise<string | undefined>((resolve) => {
    createInterface(child.stdout)
      .on('line', (line) => {
        stdout.push(line);
        // npm says what it runs.
        if (!line.startsWith('{')) return;
        const { url: found } = JSON.parse(line) as { url?: string };
        if (found !== undefined) resolve(found);
      })
      .once('close', () => {
        resolve(undefined);
      });
  });
  return { child, url, exit };
}

/** Starts a service and resolves when it says where it listens and is ready. */
export async function startDaybook(settings: Settings, command?: Command): Promise<Daybook> {
  const { child, url, exit } = spawnDaybook(settings, command);
  const found = await url;
  if (found === undefined) throw new Error(`The service did not start: ${(await exit).stderr}`);
  const { status } = await client(found).get('/health/ready');
  if (status !== 200) throw new Error(`The service listens and is not ready: ${status}`);
  const send = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  return {
    ...client(found),
    exit,
    pid: child.pid ?? NaN,
    send,
    end(signal) {
      send(signal);
      return exit;
    },
  };
}

/** Starts a service that cannot start, and resolves with what it said. */
export async function startInVain(settings: Settings): Promise<Exit> {
  const { child, url, exit } = spawnDaybook(settings);
  if ((await url) !== undefined) {
    child.kill('SIGKILL');
    await exit;
    throw new Error('The service has started.');
  }
  return exit;
}
