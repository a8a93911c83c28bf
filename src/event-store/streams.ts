// The write path of one kind of stream: load → decide → append → project, all inside the caller's transaction.
import type { LRUCache } from 'lru-cache';
import { after, type Awaitable } from '../database/awaitable.js';
import type { Transaction } from '../database/transaction.js';
import type { EventCodec } from './codec.js';
import type { Decider, DomainEvent } from './decider.js';
import type { EventStore, Metadata } from './event-store.js';
import { VersionConflict } from './refusal.js';

/** A folded state, exactly as of `version`. */
export interface Folded<State> {
  readonly state: State;
  readonly version: number;
}

/** What one transaction did to one stream since it was last projected. */
export interface Change<State, Event> {
  readonly streamId: string;
  readonly before: State;
  readonly after: State;
  readonly events: readonly Event[];
}

/** A projection that is written in the append transaction: its rows are never behind the log. */
export interface InlineProjection<State, Event> {
  project(transaction: Transaction, change: Change<State, Event>): Promise<void>;
  /** Called when everything up to this position of the log is projected. */
  projectedTo(transaction: Transaction, position: number): Awaitable<void>;
}

export interface Outcome<State, Event> extends Folded<State> {
  readonly events: readonly Event[];
}

interface Touched<State, Event> {
  before: State;
  now: Folded<State>;
  events: Event[];
  /** The events that no projection has seen yet. */
  unprojected: number;
}

export type StateCache<State> = LRUCache<string, Folded<State>>;

/** Called after the commit with all that it added, stream by stream. */
export type Committed<Event> = (streamId: string, events: readonly Event[]) => void;

export class Streams<State extends object | undefined, Command, Event extends DomainEvent> {
  constructor(
    private readonly decider: Decider<State, Command, Event>,
    private readonly codec: EventCodec<Event>,
    private readonly store: EventStore,
    private readonly projection: InlineProjection<State, Event>,
    private readonly cache: StateCache<State>,
    private readonly committed: Committed<Event>,
  ) {}

  /** Takes in a state that was folded elsewhere from committed events: a transaction then folds only what came since. */
  remember(streamId: string, folded: Folded<State>): void {
    this.cache.set(streamId, folded, { size: 1 + this.decider.sizeOf(folded.state) });
  }

  /** The state of a stream as this transaction sees it. */
  load(transaction: Transaction, streamId: string): Awaitable<Folded<State>> {
    return after(this.touch(transaction, streamId), ({ now }) => now);
  }

  /**
   * Decides a command and appends what follows from it.
   *
   * @param expectedVersion what the caller believes the stream to be at; undefined when it does not care
   * @throws VersionConflict when it is not there
   * @throws whatever the decider refuses with; then nothing is written
   */
  execute(
    transaction: Transaction,
    streamId: string,
    command: Command,
    metadata: Metadata,
    expectedVersion?: number,
  ): Awaitable<Outcome<State, Event>> {
    return after(this.touch(transaction, streamId), (touched) => {
      const { state, version } = touched.now;
      // Of a stream that is not there, the decider knows better what to say.
      if (expectedVersion !== undefined && version > 0 && expectedVersion !== version) {
        throw new VersionConflict(streamId, expectedVersion, version);
      }
      const events = this.decider.decide(state, command);
      if (events.length === 0) return { state, version, events };
      const encoded = events.map((event) => this.codec.encode(event));
      return after(this.store.append(transaction, streamId, version, encoded, metadata), () => {
        const now = {
          state: events.reduce((before, event) => this.decider.evolve(before, event), state),
          version: version + events.length,
        };
        touched.now = now;
        touched.events.push(...events);
        return { state: now.state, version: now.version, events };
      });
    });
  }

  /**
   * Writes the rows of everything appended so far. Happens by itself before the commit; a command that reads the
   * tables of other streams asks for it first, so that it sees what its neighbours in the same commit did.
   */
  async project(transaction: Transaction): Promise<void> {
    await transaction.shared(() => this.projectTouched(transaction));
  }

  private async projectTouched(transaction: Transaction): Promise<void> {
    let projected = 0;
    for (const [streamId, touched] of this.touchedIn(transaction)) {
      const events = touched.events.slice(touched.unprojected);
      if (events.length === 0) continue;
      await this.projection.project(transaction, {
        streamId,
        before: touched.before,
        after: touched.now.state,
        events,
      });
      touched.before = touched.now.state;
      touched.unprojected = touched.events.length;
      projected += events.length;
    }
    if (projected > 0) await this.projection.projectedTo(transaction, await this.store.headOf(transaction));
  }

  private touch(transaction: Transaction, streamId: string): Awaitable<Touched<State, Event>> {
    const all = this.touchedIn(transaction);
    return all.get(streamId) ?? this.foldInto(all, transaction, streamId);
  }

  private async foldInto(
    all: Map<string, Touched<State, Event>>,
    transaction: Transaction,
    streamId: string,
  ): Promise<Touched<State, Event>> {
    const now = await this.fold(transaction, streamId);
    const touched = { before: now.state, now, events: [], unprojected: 0 };
    all.set(streamId, touched);
    return touched;
  }

  /** The cached state when nothing was added since (another process may write too), else the tail folded onto it. */
  private async fold(transaction: Transaction, streamId: string): Promise<Folded<State>> {
    const cached = this.cache.get(streamId);
    let { state, version } = cached ?? { state: this.decider.initialState, version: 0 };
    if (version === (await this.store.versionOf(transaction, streamId))) return cached ?? { state, version };
    for await (const page of this.store.readStream(transaction, streamId, version)) {
      for (const row of page) {
        state = this.decider.evolve(state, this.codec.decode(row));
        version = row.version;
      }
    }
    return { state, version };
  }

  private touchedIn(transaction: Transaction): Map<string, Touched<State, Event>> {
    return transaction.once(this, () => {
      const all = new Map<string, Touched<State, Event>>();
      transaction.beforeCommit(() => this.project(transaction));
      // Only what is durable is remembered, so a rollback leaves nothing to forget.
      transaction.afterCommit(() => {
        for (const [streamId, { now, events }] of all) {
          if (now.version === 0) continue;
          this.cache.set(streamId, now, { size: 1 + this.decider.sizeOf(now.state) });
          if (events.length > 0) this.committed(streamId, events);
        }
      });
      return all;
    });
  }
}
