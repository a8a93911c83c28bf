// The log: appends with an expected version (optimistic concurrency), reads one stream. Positions are gapless over the
// whole log and versions in each stream; both are given inside the write transaction, so no rollback leaves a hole.
import { timestamp, type Runtime } from '../runtime/runtime.js';
import { append } from '../database/row-write.js';
import type { Awaitable, Transaction } from '../database/transaction.js';
import type { EncodedEvent } from './codec.js';
import { events } from './events-table.js';
import { lastEvent } from './log.js';
import type { LogSignal } from './log-signal.js';

export interface Metadata {
  /** Who asked for it. */
  actor: string;
  /** There when the caller named itself for this very purpose, and nothing proves it. */
  actor_proven?: false;
  /** The request that it belongs to. */
  correlation_id: string;
  /** What it follows from: an event, by its name, or else the command itself, by the id that it was given. */
  causation_id?: string;
  /** While traces are kept: the span that it happened in, as in W3C Trace Context. */
  traceparent?: string;
}

/** The actor of what the service does by itself, and the name of the worker inside it. */
export const ownActor = 'daybook';

/** The actor of what a caller asks for who gives no name. */
export const anonymous = 'anonymous';

/** The caller under a name that it gave besides, unless it gave one for this very purpose. */
export const namedAs = (name: string, caller: Metadata): Metadata =>
  caller.actor === anonymous ? { ...caller, actor: name } : caller;

/** How an event is named as a cause. Ids of commands are UUIDs, so the two are told apart. */
export const eventName = (streamId: string, version: number): string => `${streamId}@${version}`;

/** The end of the log as it grows within one transaction: whoever appends has asked for it. */
export interface Head {
  position: number;
  readonly recordedAt: string;
}

/** A transaction has one head, whoever appends in it: there is one log. */
const headKey = {};

/**
 * Called in each transaction that appends, when all its commands are done and before it is made durable: the log grew
 * from one position to another.
 */
export type LogGrowth = (transaction: Transaction, from: number, to: number) => Awaitable<unknown>;

const appendEvent = append(events);

export class EventStore {
  constructor(
    private readonly runtime: Runtime,
    private readonly signal: LogSignal,
    private readonly grown: LogGrowth,
  ) {}

  /** Where this transaction goes on; read once, for all its commands. */
  async headOf(transaction: Transaction): Promise<Head> {
    const known = transaction.once<{ head?: Head }>(headKey, () => ({}));
    return (known.head ??= await this.readHead(transaction));
  }

  /**
   * Appends events to a stream, in order. `expectedVersion` is the version that the caller read in this transaction,
   * which holds the write lock; the unique index on stream and version stands behind it.
   */
  append(
    transaction: Transaction,
    head: Head,
    streamId: string,
    expectedVersion: number,
    encoded: readonly EncodedEvent[],
    metadata: Metadata,
  ): void {
    const metadataText = JSON.stringify(metadata);
    let version = expectedVersion;
    for (const { type, schema_version, data } of encoded) {
      version += 1;
      head.position += 1;
      transaction.write(appendEvent, {
        position: head.position,
        stream_id: streamId,
        version,
        type,
        schema_version,
        data,
        metadata: metadataText,
        recorded_at: head.recordedAt,
      });
    }
  }

  /** Lets other work in between two pages of a long read. */
  nextTurn(): Promise<void> {
    return this.runtime.nextTurn();
  }

  /** 0 when the stream has no events. */
  async versionOf(transaction: Transaction, streamId: string): Promise<number> {
    const row = await transaction.get<{ version: number }>(
      'SELECT version FROM events WHERE stream_id = ? ORDER BY version DESC LIMIT 1',
      streamId,
    );
    return row?.version ?? 0;
  }

  /** All events of one commit carry one time, and it never goes back, even when the clock does. */
  private async readHead(transaction: Transaction): Promise<Head> {
    const now = timestamp(this.runtime.nowMs());
    const last = await lastEvent(transaction);
    const from = last?.position ?? 0;
    const head = {
      position: from,
      recordedAt: last === undefined || now > last.recorded_at ? now : last.recorded_at,
    };
    const hasGrown = (): boolean => head.position > from;
    transaction.beforeCommit(() => (hasGrown() ? this.grown(transaction, from, head.position) : undefined));
    transaction.afterCommit(() => {
      if (hasGrown()) this.signal.notify();
    });
    return head;
  }
}
