// Folds the whole log and holds the read tables against it, every column of every row. It runs on a connection of its
// own, in one snapshot, and in bounded memory: one stream at a time.
import BetterSqlite3 from 'better-sqlite3';
import type { Decider, DomainEvent } from '../event-store/decider.js';
import type { EncodedEvent, EventCodec } from '../event-store/codec.js';
import type { Projected } from '../projection/projected.js';
import type { Difference } from '../projection/row-comparison.js';
import { TableComparison } from '../projection/table-comparison.js';
import { logCodec, logStreamPrefix } from './log-events.js';

export interface TableVerification {
  events: number;
  jobs: number;
  difference_count: number;
  /** The first hundred. */
  differences: Difference[];
  /** What is wrong with the log itself, like an event that cannot be read. */
  problems: string[];
  /** What should be looked at though nothing disagrees: rows of a removed job that are left. */
  warnings: string[];
}

export interface VerifyOptions {
  path: string;
  /** Called now and then with how many events are folded. */
  onProgress?: (done: number) => void;
}

const reportedMax = 100;
const progressEvery = 10_000;

/** Results may be large, and a page is in memory as a whole. */
const pageSize = 256;

interface StoredRow extends EncodedEvent {
  version: number;
}

/** @throws Error when the database cannot be read */
export function verifyTables<State, Event extends DomainEvent>(
  audited: Projected<State, Event>,
  { path, onProgress }: VerifyOptions,
): TableVerification {
  const connection = new BetterSqlite3(path, { readonly: true, timeout: 5_000 });
  try {
    connection.exec('BEGIN');
    return new TableCheck(audited, connection, onProgress).run();
  } finally {
    connection.close();
  }
}

class TableCheck<State, Event extends DomainEvent> {
  private readonly problems: string[] = [];
  private readonly warnings: string[] = [];
  private eventsDone = 0;
  private subjects = 0;
  private readonly nextEvents: BetterSqlite3.Statement;
  private readonly tables: TableComparison<State, Event>;

  constructor(
    private readonly audited: Projected<State, Event>,
    private readonly connection: BetterSqlite3.Database,
    private readonly onProgress: VerifyOptions['onProgress'],
  ) {
    this.nextEvents = connection.prepare(
      `SELECT version, type, schema_version, data FROM events
       WHERE stream_id = ? AND version > ? ORDER BY version LIMIT ${pageSize}`,
    );
    const isThere = connection.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
    const tables = audited.tables.filter(({ name }) => isThere.get(name) !== undefined);
    for (const { name } of audited.tables.filter((table) => !tables.includes(table)))
      this.problem(`the table ${name} is missing: the next start of a service makes it again`);
    this.tables = new TableComparison({ ...audited, tables }, connection);
  }

  run(): TableVerification {
    this.checkCheckpoint();
    for (const streamId of this.streamIds()) this.checkStream(streamId);
    this.tables.compareStrays();
    return {
      events: this.connection.prepare('SELECT count(*) FROM events').pluck().get() as number,
      jobs: this.subjects,
      difference_count: this.tables.differenceCount,
      differences: this.tables.differences,
      problems: this.problems,
      warnings: this.warnings,
    };
  }

  /** A service does not start on tables that are ahead of it. */
  private checkCheckpoint(): void {
    const { name, version: known } = this.audited;
    const found = this.connection
      .prepare('SELECT version, position FROM projections WHERE name = ?')
      .get(name) as { version: number; position: number } | undefined;
    if (found === undefined) return;
    const end = this.connection
      .prepare('SELECT coalesce(max(position), 0) FROM events')
      .pluck()
      .get() as number;
    if (found.version > known)
      this.problem(
        `the tables of the projection "${name}" come from a newer Daybook (version ${found.version}, this one knows ${known})`,
      );
    if (found.position > end)
      this.problem(
        `the tables of the projection "${name}" are at position ${found.position}, and the log ends at ${end}: events are missing, or the row in projections was changed`,
      );
  }

  /** One by one, and not by an open iterator: the log may have a million streams. */
  private *streamIds(): Generator<string> {
    const next = this.connection.prepare(
      'SELECT stream_id FROM events WHERE stream_id > ? ORDER BY stream_id LIMIT 1',
    );
    for (let last = ''; ;) {
      const row = next.get(last) as { stream_id: string } | undefined;
      if (row === undefined) return;
      last = row.stream_id;
      yield last;
    }
  }

  private checkStream(streamId: string): void {
    const { audited } = this;
    if (streamId.startsWith(audited.streamPrefix)) {
      this.subjects += 1;
      const folded = this.fold(streamId, audited.codec, audited.decider);
      if (folded === undefined) return;
      const subject = streamId.slice(audited.streamPrefix.length);
      if (!this.tables.compare(subject, folded.state))
        this.warnings.push(`${subject} was removed, and its rows are still being deleted`);
    } else if (streamId.startsWith(logStreamPrefix)) {
      // No table tells of the log itself: its events must be readable, and that is all.
      this.fold(streamId, logCodec, { initialState: undefined, evolve: () => undefined });
    } else {
      this.problem(`stream ${streamId} is of no kind that this Daybook knows`);
    }
  }

  /** In pages, which costs half of what asking for them one by one does. */
  private *eventsOf(streamId: string): Generator<StoredRow> {
    for (let version = Number.MIN_SAFE_INTEGER; ;) {
      const page = this.nextEvents.all(streamId, version) as StoredRow[];
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      version = last.version;
    }
  }

  /** The state that the events of a stream add up to; undefined, and a problem, when they cannot be folded. */
  private fold<FoldedState, FoldedEvent extends DomainEvent>(
    streamId: string,
    codec: EventCodec<FoldedEvent>,
    { initialState, evolve }: Pick<Decider<FoldedState, never, FoldedEvent>, 'initialState' | 'evolve'>,
  ): { state: FoldedState } | undefined {
    let state = initialState;
    let version = 0;
    try {
      for (const event of this.eventsOf(streamId)) {
        version += 1;
        if (event.version !== version) throw new Error(`version ${version} is missing`);
        state = evolve(state, codec.decode(event));
        this.eventsDone += 1;
        if (this.eventsDone % progressEvery === 0) this.onProgress?.(this.eventsDone);
      }
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      this.problem(`stream ${streamId} cannot be folded at version ${version}: ${said}`);
      return undefined;
    }
    return { state };
  }

  private problem(sentence: string): void {
    if (this.problems.length < reportedMax) this.problems.push(sentence);
  }
}
