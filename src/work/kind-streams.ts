// The streams of a kind, with what follows from their events beside the tables: leases, and a wake-up after the commit.
import type { Transaction } from '../database/transaction.js';
import type { DomainEvent } from '../event-store/decider.js';
import type { EventStore } from '../event-store/event-store.js';
import type { StreamKind } from '../event-store/kind.js';
import { Streams, type Decided, type StreamsOptions } from '../event-store/streams.js';
import { deleteLease, deleteLeasesOfStream, insertLease } from './leases.js';
import type { LeaseTerms } from './lease-terms.js';
import { StreamChanged } from './stream-changed.js';
import type { StreamCommand, WorkKind } from './work-kind.js';

/** What the streams of every kind share. */
export interface StreamsParts {
  store: EventStore;
  bus: { publish: (event: StreamChanged) => unknown };
  terms: LeaseTerms;
}

/** Of a kind that the mechanism knows nothing of but what the kind says. */
export type AnyStreams = KindStreams<object | undefined, StreamCommand, DomainEvent>;

/** Where the streams of the kinds find each other. */
export interface Register {
  readonly parts: StreamsParts;
  workOf(kindName: string): WorkKind | undefined;
  /** Called by streams when they are made: from here on they are open. */
  add(streams: AnyStreams): void;
}

/** An attempt that a command has started. */
export interface Begun {
  workKey: string;
  attempt: number;
  /** Of the event that it began with. */
  version: number;
  /** When it must have been renewed. */
  expiresAt: string;
}

interface FollowedDecision<State, Event> extends Decided<State, Event> {
  /** Null when the command started nothing. */
  readonly begun: Begun | null;
}

export class KindStreams<
  State extends object | undefined,
  Command extends StreamCommand,
  Event extends DomainEvent,
> extends Streams<State, Command, Event, FollowedDecision<State, Event>> {
  /** Undefined for a kind whose subjects are not worked on. */
  readonly work: WorkKind<State, Event> | undefined;

  constructor(
    kind: StreamKind<State, Command, Event>,
    private readonly kinds: Register,
    options: Omit<StreamsOptions<State, Event>, 'committed'>,
  ) {
    const { store, bus } = kinds.parts;
    super(kind, store, {
      ...options,
      committed: (streamId, events) => {
        bus.publish(new StreamChanged(kind.name, streamId, events));
      },
    });
    this.work = kinds.workOf(kind.name);
    kinds.add(this as unknown as AnyStreams);
  }

  /** A piece that runs has a lease, and no other has one, whoever reports on it. */
  protected override followed(
    transaction: Transaction,
    streamId: string,
    process: string | null,
    { state, version, events }: Decided<State, Event>,
  ): FollowedDecision<State, Event> {
    let begun: Begun | null = null;
    let versionOfEvent = version - events.length;
    for (const event of events) {
      versionOfEvent += 1;
      begun = this.followEvent(transaction, streamId, event, versionOfEvent, process) ?? begun;
    }
    return { state, version, events, begun };
  }

  private followEvent(
    transaction: Transaction,
    streamId: string,
    event: Event,
    version: number,
    process: string | null,
  ): Begun | undefined {
    const change = this.work?.leaseOf(event);
    if (change === undefined) return undefined;
    if (change.type === 'ends') {
      deleteLease(transaction, { streamId, workKey: change.workKey });
      return undefined;
    }
    if (change.type === 'all-end') {
      deleteLeasesOfStream(transaction, streamId);
      return undefined;
    }
    const { workKey, attempt, worker } = change;
    const expiresAt = this.kinds.parts.terms.end();
    insertLease(transaction, {
      streamId,
      workKey,
      attempt,
      worker,
      process,
      expiresAt,
      startedVersion: version,
    });
    return { workKey, attempt, version, expiresAt };
  }
}
