// An open database: reads of committed rows, and one queue for all writes.
import type { DataSource } from 'typeorm';
import type { Runtime } from '../runtime/runtime.js';
import type { Engine, EngineOptions, OpenEngine } from './engine.js';
import type { Reader, Snapshot } from './reader.js';
import { WriteQueue, type WriteQueueLimits, type WriteWatching } from './write-queue.js';

export interface DatabaseOptions extends EngineOptions {
  engine: Engine;
  runtime: Runtime;
  limits?: Partial<WriteQueueLimits>;
  watching?: WriteWatching;
}

export class Database {
  readonly queue: WriteQueue;

  private readonly runtime: Runtime;
  private lastTurn = Promise.resolve();

  private constructor(
    readonly engine: OpenEngine,
    { runtime, limits, watching }: DatabaseOptions,
  ) {
    this.runtime = runtime;
    this.queue = new WriteQueue(engine, runtime, limits, watching);
  }

  /** @throws UnusableDatabase */
  static async open(options: DatabaseOptions): Promise<Database> {
    return new Database(await options.engine.open(options), options);
  }

  /** Short reads of committed rows, without waiting for the writer. */
  get reader(): Reader {
    return this.engine.reader;
  }

  /** Committed rows, for TypeORM's query builder and repositories. */
  get source(): DataSource {
    return this.engine.source;
  }

  /**
   * To be awaited before each slice of a long read. They come one in a turn of the event loop, whoever reads: many
   * long reads at once hold up others no longer than one of them.
   */
  turn(): Promise<void> {
    this.lastTurn = this.lastTurn.then(() => this.runtime.nextTurn());
    return this.lastTurn;
  }

  openSnapshot(): Promise<Snapshot> {
    return this.engine.openSnapshot();
  }

  /**
   * Writes something durable, to see whether it can.
   * @throws DatabaseUnavailable
   */
  async probe(): Promise<void> {
    await this.queue.run(async (transaction) => {
      for (const statement of this.engine.probes) await transaction.run(statement);
    });
  }

  async close(): Promise<void> {
    await this.queue.close();
    await this.engine.close();
  }
}
