// A decider that knows nothing of jobs: numbers are added to counters, and a table shows their sums.
import type { Transaction } from '../../src/database/transaction.js';
import { EventCodec } from '../../src/event-store/codec.js';
import type { Decider } from '../../src/event-store/decider.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { LogSignal } from '../../src/event-store/log-signal.js';
import { Streams, type Decided } from '../../src/event-store/streams.js';
import { systemRuntime, type Runtime } from '../../src/runtime/runtime.js';
import { openTestDatabase, type TestDatabase } from '../database/test-database.js';
import type { StoredEvent } from '../support/stored-log.js';
import type { Workplace } from '../support/workplace.js';

export interface Added {
  type: 'Added';
  data: { amount: number };
}

/** Adds each amount, in order. Amounts over the limit are refused. */
interface Add {
  amounts: readonly number[];
}

export const refused = new Error('too large');
const amountMax = 1_000;

interface Counter {
  sum: number;
}

export const decider: Decider<Counter, Add, Added> = {
  initialState: { sum: 0 },
  decide(_, { amounts }) {
    if (amounts.some((amount) => amount > amountMax)) throw refused;
    return amounts.map((amount) => ({ type: 'Added', data: { amount } }));
  },
  evolve: ({ sum }, { data }) => ({ sum: sum + data.amount }),
  sizeOf: () => 1,
};

/** The projection refuses to write this sum. */
export const unwritableSum = 666;

export class Counters {
  /** Every call of the projection, as the stream and how many events it was shown. */
  readonly projected: [streamId: string, events: number][] = [];
  /** Of each stream, the position of its first event, as the projection was told last. */
  readonly firstPositions = new Map<string, number>();
  /** From where to where the log grew in each commit. */
  readonly growth: [from: number, to: number][] = [];
  /** What was announced after a commit. */
  readonly committed: [streamId: string, amounts: number[]][] = [];
  /** The clock of the log. */
  nowMs = Date.parse('2025-01-20T14:30:00.000Z');
  streams = this.newStreams();

  private constructor(readonly opened: TestDatabase) {}

  static async open(place: Workplace): Promise<Counters> {
    const opened = await openTestDatabase(place);
    await opened.beside.edit('CREATE TABLE counters (stream_id TEXT PRIMARY KEY, sum INTEGER NOT NULL)');
    return new Counters(opened);
  }

  /** One command, alone or together with what else arrives in this turn. */
  add(
    streamId: string,
    amounts: readonly number[],
    expectedVersion?: number,
  ): Promise<Decided<Counter, Added>> {
    return this.opened.database.queue.run((transaction) =>
      this.addIn(transaction, streamId, amounts, expectedVersion),
    );
  }

  addIn(
    transaction: Transaction,
    streamId: string,
    amounts: readonly number[],
    expectedVersion?: number,
  ): Promise<Decided<Counter, Added>> {
    const metadata = { actor: 'tester', correlation_id: 'c' };
    return this.streams.execute(transaction, streamId, { amounts }, metadata, expectedVersion);
  }

  /** As after a restart: nothing is remembered. */
  forgetStates(): void {
    this.streams = this.newStreams();
  }

  async sums(): Promise<Record<string, number>> {
    const rows = await this.opened.beside.rows<{ stream_id: string; sum: number }>(
      'SELECT stream_id, sum FROM counters ORDER BY stream_id',
    );
    return Object.fromEntries(rows.map(({ stream_id: streamId, sum }) => [streamId, sum]));
  }

  log(): Promise<StoredEvent[]> {
    return this.opened.beside.rows('SELECT * FROM events ORDER BY position');
  }

  private newStreams(): Streams<Counter, Add, Added> {
    const runtime: Runtime = {
      nowMs: () => this.nowMs,
      uuid: () => systemRuntime.uuid(),
      random: () => systemRuntime.random(),
      after: (ms, call) => systemRuntime.after(ms, call),
      nextTurn: () => systemRuntime.nextTurn(),
    };
    const store = new EventStore(runtime, new LogSignal(), (_transaction, from, to) => {
      this.growth.push([from, to]);
    });
    const codec = new EventCodec<Added>({ Added: { schemaVersion: 1 } });
    return new Streams({ name: 'counter', streamPrefix: '', decider, codec }, store, {
      projector: {
        project: async (transaction, { streamId, after, events, firstPosition }) => {
          this.projected.push([streamId, events.length]);
          this.firstPositions.set(streamId, firstPosition);
          await transaction.run('INSERT OR REPLACE INTO counters VALUES (?, ?)', streamId, after.sum);
          if (after.sum === unwritableSum) throw new Error('the row cannot be written');
        },
      },
      cellsMax: 1_000,
      committed: (streamId, events) => {
        this.committed.push([streamId, events.map(({ data }) => data.amount)]);
      },
    });
  }
}
