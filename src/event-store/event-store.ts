// The log: appends with an expected version (optimistic concurrency), reads one stream. Positions are gapless over the
// whole log and versions in each stream; both are given inside the write transaction, so no rollback leaves a hole.
import { timestamp, type Runtime } from '../runtime/runtime.js';
import type { Awaitable, Transaction } from '../database/transaction.js';
import type { EncodedEvent } from './codec.js';
import type { LogSignal } from './log-signal.js';

export interface Metadata {
  /** Who asked for it. */
  actor: string;
  /** The request that it belongs to. */
  correlation_id: string;
  /** What it follows from: an event, by its name, or else the command itself, by the id that it was given. */
  causation_id?: string;
  /** While traces are kept: the span that it happened in, as in W3C Trace Context. */
  traceparent?: string;
}

/** The actor of what the service does by itself, and the name of the worker inside it. */
export const ownActor = 'daybook';

/** How an event is named as a cause. Ids of commands are UUIDs, so the two are told apart. */
export const eventName = (streamId: string, version: number): string => `${streamId}@${version}`;

export interface EventRow extends EncodedEvent {
  version: number;
}

/** The end of the log as it grows within one transaction. */
interface Head {
  position: number;
  recordedAt: string;
}

/** A transaction has one head, whoever appends in it: there is one log. */
const headKey = {};

/**
 * Called in each transaction that appends, when all its commands are done and before it is made durable: the log grew
 * from one position to another.
 */
export type LogGrowth = (transaction: Transaction, from: number, to: number) => Awaitable<unknown>;

const pageSize = 256;

export class EventStore {
  constructor(
    private readonly runtime: Runtime,
    private readonly signal: LogSignal,
    private readonly grown: LogGrowth,
  ) {}

  /**
   * Appends events to a stream, in order. `expectedVersion` is the version that the caller read in this transaction,
   * which holds the write lock; the unique index on stream and version stands behind it.
   */
  async append(
    transaction: Transaction,
    streamId: string,
    expectedVersion: number,
    events: readonly EncodedEvent[],
    metadata: Metadata,
  ): Promise<void> {
    const head = await transaction.once(headKey, () => this.readHead(transaction));
    const metadataText = JSON.stringify(metadata);
    let version = expectedVersion;
    for (const { type, schema_version: schemaVersion, data } of events) {
      version += 1;
      head.position += 1;
      await transaction.run(
        `INSERT INTO events (position, stream_id, version, type, schema_version, data, metadata, recorded_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        head.position,
        streamId,
        version,
        type,
        schemaVersion,
        data,
        metadataText,
        head.recordedAt,
      );
    }
  }

  /** 0 when the stream has no events. */
  async versionOf(transaction: Transaction, streamId: string): Promise<number> {
    const row = await transaction.get<{ version: number }>(
      'SELECT version FROM events WHERE stream_id = ? ORDER BY version DESC LIMIT 1',
      streamId,
    );
    return row?.version ?? 0;
  }

  /** The events of a stream after a version, in pages; other work runs between two pages. */
  async *readStream(
    source: Pick<Transaction, 'all'>,
    streamId: string,
    afterVersion: number,
  ): AsyncGenerator<EventRow[]> {
    for (let after = afterVersion; ;) {
      const page = await source.all<EventRow>(
        `SELECT version, type, schema_version, data FROM events
         WHERE stream_id = ? AND version > ? ORDER BY version LIMIT ${pageSize}`,
        streamId,
        after,
      );
      yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      after = last.version;
      await this.runtime.nextTurn();
    }
  }

  /** Once a transaction. All events of one commit carry one time, and it never goes back, even when the clock does. */
  private async readHead(transaction: Transaction): Promise<Head> {
    const now = timestamp(this.runtime.nowMs());
    const last = await transaction.get<{ position: number; recorded_at: string }>(
      'SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1',
    );
    const from = last?.position ?? 0;
    const head = {
      position: from,
      recordedAt: last === undefined || now > last.recorded_at ? now : last.recorded_at,
    };
    transaction.beforeCommit(() => this.grown(transaction, from, head.position));
    transaction.afterCommit(() => {
      this.signal.notify();
    });
    return head;
  }
}
