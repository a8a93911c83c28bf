// The write path of one kind of stream: load → decide → append → project, all inside the caller's transaction.
import { LRUCache } from 'lru-cache';
import type { Reader } from '../database/reader.js';
import type { Awaitable, Transaction } from '../database/transaction.js';
import type { DomainEvent } from './decider.js';
import type { EventStore, Head, Metadata } from './event-store.js';
import { foldStream, unfolded, type Folded } from './fold.js';
import type { StreamKind } from './kind.js';
import { asProjected, type ProjectedTables } from './projected-tables.js';
import { versionConflict } from './version-conflict.js';

/** What one transaction did to one stream since it was last projected. */
export interface Change<State, Event> {
  readonly streamId: string;
  readonly before: State;
  readonly after: State;
  readonly events: readonly Event[];
  /** The position of the stream's first event in the log. */
  readonly firstPosition: number;
}

/** Writes a kind's read tables in the append transaction: their rows are never behind the log. */
export interface StreamProjector<State, Event> {
  project(transaction: Transaction, change: Change<State, Event>): Awaitable<void>;
}

/** What a command came to: the events that it added, and its stream after them. */
export interface Decided<State, Event> {
  readonly state: State;
  readonly version: number;
  readonly events: readonly Event[];
}

interface Touched<State, Event> {
  readonly head: Head;
  before: State;
  now: Folded<State>;
  events: Event[];
  /** The events that no projection has seen yet. */
  unprojected: number;
}

/** Called after the commit with all that it added, stream by stream. */
export type Committed<Event> = (streamId: string, events: readonly Event[]) => void;

export interface StreamsOptions<State, Event> {
  /** Of a kind that has read tables. */
  projector?: StreamProjector<State, Event>;
  /** How many cells of folded states are kept in memory (`Decider.sizeOf`). */
  cellsMax?: number;
  committed?: Committed<Event>;
}

/** @template Result what a command is answered: its decided, and what follows from it */
export class Streams<
  State extends object | undefined,
  Command,
  Event extends DomainEvent,
  Result extends Decided<State, Event> = Decided<State, Event>,
> {
  private readonly folding = new Map<string, Promise<void>>();
  private readonly cache: LRUCache<string, Folded<State>>;
  private readonly projector: StreamProjector<State, Event> | undefined;
  private readonly committed: Committed<Event> | undefined;

  constructor(
    readonly kind: StreamKind<State, Command, Event>,
    private readonly store: EventStore,
    { projector, cellsMax = 500_000, committed }: StreamsOptions<State, Event> = {},
  ) {
    this.cache = new LRUCache({ maxSize: cellsMax });
    this.projector = projector;
    this.committed = committed;
  }

  /** Whether a transaction has hardly anything to fold to know this stream. */
  isFolded(streamId: string): boolean {
    return this.cache.has(streamId);
  }

  /**
   * Folds a stream from what is committed, page by page and outside of any transaction, so that a long one holds up
   * nobody. The transaction that follows folds only what came since. Whoever asks meanwhile waits for the same fold.
   */
  foldAhead(reader: Reader, streamId: string): Promise<void> {
    let folding = this.folding.get(streamId);
    if (folding === undefined) {
      folding = this.foldCommitted(reader, streamId).finally(() => this.folding.delete(streamId));
      this.folding.set(streamId, folding);
    }
    return folding;
  }

  /** The state of a stream as this transaction sees it. */
  async load(transaction: Transaction, streamId: string): Promise<Folded<State>> {
    const all = this.touchedIn(transaction);
    const { now } = all.get(streamId) ?? (await this.foldInto(all, transaction, streamId));
    return now;
  }

  /**
   * Decides a command and appends what follows from it.
   *
   * @param expectedVersion what the caller believes the stream to be at; undefined when it does not care
   * @param process that the command starts something in; null for none of ours
   * @throws Refusal `version_conflict` when it is not there
   * @throws whatever the decider refuses with; then nothing is written
   */
  async execute(
    transaction: Transaction,
    streamId: string,
    command: Command,
    metadata: Metadata,
    expectedVersion?: number,
    process: string | null = null,
  ): Promise<Result> {
    const all = this.touchedIn(transaction);
    const touched = all.get(streamId) ?? (await this.foldInto(all, transaction, streamId));
    const { state, version, firstPosition } = touched.now;
    // Of a stream that is not there, the decider knows better what to say.
    if (expectedVersion !== undefined && version > 0 && expectedVersion !== version) {
      throw versionConflict(streamId, expectedVersion, version);
    }
    const { decider, codec } = this.kind;
    const events = decider.decide(state, command);
    if (events.length === 0) return this.followed(transaction, streamId, process, { state, version, events });
    const encoded = events.map((event) => codec.encode(event));
    const position = touched.head.position + 1;
    this.store.append(transaction, touched.head, streamId, version, encoded, metadata);
    const after = {
      state: events.reduce((before, event) => decider.evolve(before, event), state),
      version: version + events.length,
      firstPosition: version === 0 ? position : firstPosition,
    };
    touched.now = after;
    touched.events.push(...events);
    return this.followed(transaction, streamId, process, {
      state: after.state,
      version: after.version,
      events,
    });
  }

  /** What follows from a command in its transaction, besides the rows of tables. */
  protected followed(
    _transaction: Transaction,
    _streamId: string,
    _process: string | null,
    decided: Decided<State, Event>,
  ): Result {
    return decided as Result;
  }

  /** The read tables of this kind, with the rows of everything that this commit has appended to its streams so far. */
  async projected(transaction: Transaction): Promise<ProjectedTables> {
    await this.project(transaction);
    return asProjected(transaction);
  }

  private async project(transaction: Transaction): Promise<void> {
    await transaction.shared(() => this.projectTouched(transaction));
  }

  private async projectTouched(transaction: Transaction): Promise<void> {
    for (const [streamId, touched] of this.touchedIn(transaction)) {
      const events = touched.events.slice(touched.unprojected);
      if (events.length === 0) continue;
      await this.projector?.project(transaction, {
        streamId,
        before: touched.before,
        after: touched.now.state,
        events,
        firstPosition: touched.now.firstPosition,
      });
      touched.before = touched.now.state;
      touched.unprojected = touched.events.length;
    }
  }

  private async foldInto(
    all: Map<string, Touched<State, Event>>,
    transaction: Transaction,
    streamId: string,
  ): Promise<Touched<State, Event>> {
    const now = await this.fold(transaction, streamId);
    const head = await this.store.headOf(transaction);
    const touched = { head, before: now.state, now, events: [], unprojected: 0 };
    all.set(streamId, touched);
    return touched;
  }

  /** The cached state when nothing was added since (another process may write too), else the tail folded onto it. */
  private async fold(transaction: Transaction, streamId: string): Promise<Folded<State>> {
    const known = this.cache.get(streamId) ?? unfolded(this.kind.decider);
    if (known.version === (await this.store.versionOf(transaction, streamId))) return known;
    return foldStream(this.kind, transaction, streamId, { from: known });
  }

  private async foldCommitted(reader: Reader, streamId: string): Promise<void> {
    const folded = await foldStream(this.kind, reader, streamId, { nextTurn: () => this.store.nextTurn() });
    // A commit may have remembered a later one meanwhile.
    if (folded.version > (this.cache.peek(streamId)?.version ?? 0)) this.remember(streamId, folded);
  }

  private remember(streamId: string, folded: Folded<State>): void {
    this.cache.set(streamId, folded, { size: 1 + this.kind.decider.sizeOf(folded.state) });
  }

  private touchedIn(transaction: Transaction): Map<string, Touched<State, Event>> {
    return transaction.once(this, () => {
      const all = new Map<string, Touched<State, Event>>();
      transaction.beforeCommit(() => this.project(transaction));
      // Only what is durable is remembered, so a rollback leaves nothing to forget.
      transaction.afterCommit(() => {
        for (const [streamId, { now, events }] of all) {
          if (now.version === 0) continue;
          this.remember(streamId, now);
          if (events.length > 0) this.committed?.(streamId, events);
        }
      });
      return all;
    });
  }
}
