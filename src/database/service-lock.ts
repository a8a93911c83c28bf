// One service owns a database at a time, and a command that works without one owns it for a moment.
import { pause, type Runtime } from '../runtime/runtime.js';

export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';

  constructor(
    /** A service stays; a command is gone in a moment. */
    readonly by: 'service' | 'command',
    readonly database: string,
  ) {
    super(
      by === 'service'
        ? `Another Daybook service is using ${database}. Stop it first, or give this one a database of its own (DATABASE_URL).`
        : `A daybook command is at work on ${database}. Try again when it has ended.`,
    );
  }
}

export interface ServiceLock {
  release(): void;
}

/** Who has a database, and where its service listens. */
export interface Ownership {
  /** Names the database among all of this machine, by whichever path it is called; also after a restore. */
  mark(): string;
  /**
   * The right to be the service of this database, which ends with the process.
   * @throws DatabaseInUse when a service or a command has it
   * @throws UnusableDatabase
   */
  takeForService(): ServiceLock;
  /** For a command that works on the database while no service does. Throws as `takeForService` does. */
  takeForCommand(): ServiceLock;
  /** Whether a service has it now; takes nothing. */
  isServed(): boolean;
  /** For the service, as soon as it listens. @param url like `http://127.0.0.1:3000` */
  tellAddress(url: string): void;
  /** For the service: before it listens, for one that was killed may have left it, and at its end. */
  forgetAddress(): void;
  /** Undefined when none is told. It means something only while the database is served. */
  address(): string | undefined;
}

/** How long a command is waited for, and how often it is looked whether it has ended, in milliseconds. */
const commandWaitMs = 15_000;
const lookMs = 25;

/** Takes a lock as soon as no command holds it; a service is not waited for. Throws as `takeLock` does, or the reason of `signal`. */
export async function afterCommands(
  takeLock: () => ServiceLock,
  runtime: Runtime,
  signal?: AbortSignal,
): Promise<ServiceLock> {
  const endMs = runtime.nowMs() + commandWaitMs;
  for (;;) {
    try {
      return takeLock();
    } catch (error) {
      const isMomentary = error instanceof DatabaseInUse && error.by === 'command';
      if (!isMomentary || runtime.nowMs() >= endMs) throw error;
    }
    await pause(runtime, lookMs, signal);
    signal?.throwIfAborted();
  }
}
