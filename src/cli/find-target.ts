// Finds the target of a command. With --url it is that service. Without, it is the service that has the database: its
// lock says whether there is one, the file beside it where it listens. When there is none, the command opens the database.
import { Client } from '../client/client.js';
import { Connection } from '../client/connection.js';
import type { Engine } from '../database/engine.js';
import { afterCommands, DatabaseInUse } from '../database/service-lock.js';
import { pause, systemRuntime } from '../runtime/runtime.js';
import { environmentWithFile } from '../environment.js';
import { engineFor } from './database.js';
import type { Shell } from './shell.js';
import type { OpenApart, Target, TargetOptions } from './target.js';
import { userName } from './user-name.js';

/** @throws Error that says which service or database could not be found, and what to do */
export async function openTarget(
  options: TargetOptions,
  shell: Shell,
  loadApart: () => Promise<OpenApart>,
): Promise<Target> {
  if (options.url !== undefined) {
    const connection = new Connection(options.url);
    return service(connection, new StartWait(shell, `at ${connection.name}`));
  }
  const engine = engineFor(options, shell);
  const { ownership } = engine;
  for (const wait = new StartWait(shell, `of ${engine.name}`); ;) {
    if (ownership.isServed()) {
      const url = ownership.address();
      if (url !== undefined) return service(new Connection(url), wait);
      await wait.pause();
      continue;
    }
    mustExist(engine, options);
    // Meanwhile the database is free for a service that starts.
    const open = await loadApart();
    try {
      return await openApart(open, engine, shell);
    } catch (error) {
      if (!(error instanceof DatabaseInUse) || error.by === 'command') throw error;
    }
  }
}

/** How often it is looked whether something has changed, in milliseconds. */
const lookMs = 250;

const service = (connection: Connection, wait: StartWait): Target => ({
  client: new Client(connection, () => wait.pause(`at ${connection.name}`), userName()),
  isService: true,
  close: () => Promise.resolve(),
  whenWorthAsking: (signal) => pause(systemRuntime, 2 * lookMs, signal),
});

/** @throws UnusableSettings: only who opens a database needs all of them */
async function openApart(open: OpenApart, { url, ownership, files }: Engine, shell: Shell): Promise<Target> {
  const { readSettings } = await import('../config.js');
  const settings = { ...readSettings(environmentWithFile(shell.env)), DATABASE_URL: url };
  const lock = await afterCommands(() => ownership.takeForCommand(), systemRuntime);
  const { transport, close } = await open(settings, lock, shell.complain);
  let left: string | undefined;
  return {
    client: new Client(transport, undefined, userName()),
    isService: false,
    async close() {
      await close();
      left = files?.state();
    },
    async whenWorthAsking(signal) {
      while (!signal.aborted && !ownership.isServed() && files?.state() === left)
        await pause(systemRuntime, lookMs, signal);
    },
  };
}

/** A command makes no database: a wrong folder would get a book that nobody serves. */
function mustExist({ name, files }: Engine, { database }: TargetOptions): void {
  if (files?.isThere() !== false) return;
  throw new Error(
    database === undefined
      ? `There is no database ${name}, and so no service that has it. Start a service with \`daybook serve\`, or name one with --url or --database.`
      : `There is no database ${name}.`,
  );
}

/** How long a service that starts is waited for (it may be building its tables anew), in milliseconds. */
const startMs = 60_000;

/** The patience with a service that starts; whoever waits with it is told so, once. */
class StartWait {
  private endMs: number | undefined;

  /** @param which service: where it is, or whose */
  constructor(
    private readonly shell: Shell,
    private readonly which: string,
  ) {}

  /** @throws Error when it has taken too long */
  async pause(which = this.which): Promise<void> {
    if (this.endMs === undefined) {
      this.endMs = systemRuntime.nowMs() + startMs;
      this.shell.tell(`The service ${which} is starting: waiting for it.`);
    }
    if (systemRuntime.nowMs() >= this.endMs)
      throw new Error(
        `The service ${which} is still starting. Try again when its /health/ready answers 200.`,
      );
    await pause(systemRuntime, lookMs);
  }
}
