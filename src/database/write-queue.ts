// The one door to the write connection. Whatever waits is drained into one transaction (group commit): one commit
// makes many commands durable, and a caller is answered only after it. See docs/concurrency.md.
import { pause, stopwatch, type Runtime } from '../runtime/runtime.js';
import { DatabaseUnavailable, isBusy, unavailableReason, type UnavailableReason } from './database-error.js';
import { Batch } from './batch.js';
import type { EngineTransaction, OpenEngine } from './engine.js';
import type { Awaitable, Transaction } from './transaction.js';

/** One caller's work. It may run more than once, and only the run that commits counts. */
export type UnitOfWork<T> = (transaction: Transaction) => Awaitable<T>;

/** Among the others of a transaction: in its turn, behind all others, or with none beside it. */
type Place = 'in turn' | 'last' | 'alone';

interface Waiting {
  work: UnitOfWork<unknown>;
  place: Place;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

type Settled = { value: unknown } | { error: unknown };

interface Committed {
  transaction: Batch;
  outcomes: Settled[];
  commitSeconds: number;
}

export interface WriteQueueLimits {
  /** The most commands in one commit. */
  batchMax: number;
  /** The most commands that wait; one more is turned away. */
  waitingMax: number;
  /** How long to try again while another process holds the write lock. */
  busyRetryMs: number;
}

/** Told of what the queue does, in seconds; must not throw. */
export interface WriteObserver {
  /** A transaction is durable: how many commands shared it, how long it took, and how long its COMMIT alone. */
  committed(commands: number, seconds: number, commitSeconds: number): void;
  /** The database could not take these commands. */
  unavailable(commands: number, reason: UnavailableReason): void;
}

/** Stands around each work of `run`: hands it on once, changed or not, and answers what comes of it. */
export type WriteWatch = <T>(work: UnitOfWork<T>, run: (work: UnitOfWork<T>) => Promise<T>) => Promise<T>;

/** Who watches what the queue does. */
export interface WriteWatching {
  observer?: WriteObserver | undefined;
  around?: WriteWatch | undefined;
}

const gatheringTurnsMax = 64;

const defaultLimits: WriteQueueLimits = { batchMax: 256, waitingMax: 10_000, busyRetryMs: 5_000 };

/** A command failed after it had written: its commit cannot be used by its neighbours either. */
class SpoiledBatch extends Error {}

export class WriteQueue {
  private waiting: Waiting[] = [];
  private draining: Promise<void> | undefined;
  private closed = false;
  private answeredCount = 0;
  private trouble: DatabaseUnavailable | undefined;
  private writtenAtMs = -Infinity;
  private readonly limits: WriteQueueLimits;

  constructor(
    private readonly engine: Pick<OpenEngine, 'begin'>,
    private readonly runtime: Runtime,
    limits: Partial<WriteQueueLimits> = {},
    private readonly watching: WriteWatching = {},
  ) {
    this.limits = { ...defaultLimits, ...limits };
  }

  /** How many callers have been answered. */
  get answered(): number {
    return this.answeredCount;
  }

  /** Why the last commit could not be made, until something is written again. */
  get lastTrouble(): DatabaseUnavailable | undefined {
    return this.trouble;
  }

  /** When something was last made durable, in milliseconds since the epoch; -Infinity before that. */
  get lastWrittenAtMs(): number {
    return this.writtenAtMs;
  }

  /** How many commands wait for their transaction. */
  get depth(): number {
    return this.waiting.length;
  }

  /**
   * Runs `work` in a transaction that it may share with other work, and resolves when that is durable.
   *
   * @throws whatever `work` throws; then nothing of it is written, and its neighbours are not disturbed
   * @throws DatabaseUnavailable when the database cannot take it now; nothing is written
   */
  run<T>(work: UnitOfWork<T>): Promise<T> {
    return this.watched(work, 'in turn');
  }

  /** Like `run`, behind all others of its transaction: it sees what they do. */
  runLast<T>(work: UnitOfWork<T>): Promise<T> {
    return this.watched(work, 'last');
  }

  /** Like `run`, in a transaction that it shares with nobody: what it finds in the database is durable. */
  runAlone<T>(work: UnitOfWork<T>): Promise<T> {
    return this.wait(work, 'alone');
  }

  private watched<T>(work: UnitOfWork<T>, place: Place): Promise<T> {
    const { around } = this.watching;
    return around === undefined ? this.wait(work, place) : around(work, (own) => this.wait(own, place));
  }

  private wait<T>(work: UnitOfWork<T>, place: Place): Promise<T> {
    if (this.closed) return Promise.reject(new DatabaseUnavailable('closed'));
    if (this.waiting.length >= this.limits.waitingMax)
      return Promise.reject(new DatabaseUnavailable('overloaded'));
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ work, place, resolve: resolve as (value: unknown) => void, reject });
      this.draining ??= this.drain();
    });
  }

  /** Refuses new work, and resolves when what waits is done. */
  async close(): Promise<void> {
    this.closed = true;
    await this.draining;
  }

  private async drain(): Promise<void> {
    do {
      await this.gather();
      await this.commit(this.nextBatch());
    } while (this.waiting.length > 0);
    this.draining = undefined;
  }

  private nextBatch(): Waiting[] {
    const alone = this.waiting.findIndex(({ place }) => place === 'alone');
    const count = alone === -1 ? this.limits.batchMax : Math.min(Math.max(alone, 1), this.limits.batchMax);
    const batch = this.waiting.splice(0, count);
    const last = batch.filter(({ place }) => place === 'last');
    return last.length === 0 ? batch : [...batch.filter(({ place }) => place !== 'last'), ...last];
  }

  /**
   * Lets whoever is about to arrive share the commit: as long as each turn of the event loop brings somebody, and for
   * a bounded number of turns. Making a commit durable costs as much as running dozens of commands.
   */
  private async gather(): Promise<void> {
    for (let turn = 0; turn < gatheringTurnsMax; turn += 1) {
      const already = this.waiting.length;
      await this.runtime.nextTurn();
      if (this.waiting.length === already || this.waiting.length >= this.limits.batchMax) return;
    }
  }

  private async commit(batch: Waiting[]): Promise<void> {
    this.answeredCount += batch.length;
    let committed: Committed;
    const startedAt = stopwatch();
    try {
      committed = await this.commitTogether(batch);
    } catch (error) {
      if (batch.length > 1 && unavailableReason(error) === undefined) {
        // One of them is at fault and nothing tells which: alone, only the culprit fails.
        for (const caller of batch) await this.commit([caller]);
        return;
      }
      const answer = this.remember(error);
      if (answer instanceof DatabaseUnavailable)
        this.watching.observer?.unavailable(batch.length, answer.reason);
      for (const caller of batch) caller.reject(answer);
      return;
    }
    // A commit that had nothing to write says nothing about the disk.
    if (committed.transaction.writes > 0) {
      this.trouble = undefined;
      this.writtenAtMs = this.runtime.nowMs();
    }
    this.watching.observer?.committed(batch.length, stopwatch() - startedAt, committed.commitSeconds);
    committed.transaction.announce();
    committed.outcomes.forEach((outcome, index) => {
      settle(batch[index] as Waiting, outcome);
    });
  }

  private async commitTogether(batch: readonly Waiting[]): Promise<Committed> {
    const opened = await this.begin();
    const transaction = new Batch(opened);
    try {
      const outcomes: Settled[] = [];
      for (const { work } of batch) {
        outcomes.push(await attempt(work, transaction));
      }
      await transaction.finish();
      const commitsAt = stopwatch();
      await opened.commit();
      return { transaction, outcomes, commitSeconds: stopwatch() - commitsAt };
    } catch (error) {
      await opened.rollback();
      throw error instanceof SpoiledBatch ? error.cause : error;
    }
  }

  /** Starts with the write lock: a transaction that reads first and then writes fails at once when it is taken. */
  private async begin(): Promise<EngineTransaction> {
    const until = this.runtime.nowMs() + this.limits.busyRetryMs;
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, 100)) {
      try {
        return await this.engine.begin();
      } catch (error) {
        if (!isBusy(error) || this.runtime.nowMs() > until) throw error;
        const waitMs = pauseMs * (0.5 + this.runtime.random());
        await pause(this.runtime, waitMs);
      }
    }
  }

  private remember(error: unknown): unknown {
    const reason = unavailableReason(error);
    if (reason === undefined) return error;
    this.trouble = new DatabaseUnavailable(reason, error);
    return this.trouble;
  }
}

/** An error before the first write is the caller's own affair: a refusal, most often. */
async function attempt(work: UnitOfWork<unknown>, transaction: Batch): Promise<Settled> {
  const writesBefore = transaction.ownWrites;
  try {
    return { value: await work(transaction) };
  } catch (error) {
    if (transaction.ownWrites !== writesBefore || unavailableReason(error) !== undefined) {
      throw new SpoiledBatch('a command failed after it had written', { cause: error });
    }
    return { error };
  }
}

function settle({ resolve, reject }: Waiting, outcome: Settled): void {
  if ('error' in outcome) reject(outcome.error);
  else resolve(outcome.value);
}
