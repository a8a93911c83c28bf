// Folds the whole log and holds the read tables against it, every column of every row. It runs on a connection of its
// own, in one snapshot, and in bounded memory: one stream at a time.
import BetterSqlite3 from 'better-sqlite3';
import type { EncodedEvent } from '../event-store/codec.js';
import { kindOfStream, subjectOf, type StreamKind } from '../event-store/kind.js';
import { projectedAmong, type ProjectedKind, type Projection } from '../projection/projected.js';
import type { Difference } from '../projection/row-comparison.js';
import { TableComparison } from '../projection/table-comparison.js';

export interface TableVerification {
  events: number;
  /** How many streams of each kind there are, by its name. */
  streams: Record<string, number>;
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
export function verifyTables(
  kinds: readonly AuditedKind[],
  { path, onProgress }: VerifyOptions,
): TableVerification {
  const connection = new BetterSqlite3(path, { readonly: true, timeout: 5_000 });
  try {
    connection.exec('BEGIN');
    return new TableCheck(kinds, connection, onProgress).run();
  } finally {
    connection.close();
  }
}

/** A kind of stream, with its read tables if it has any. */
export type AuditedKind = StreamKind & { readonly projection?: Projection };

class TableCheck {
  private readonly problems: string[] = [];
  private readonly warnings: string[] = [];
  private eventsDone = 0;
  private readonly streams: Record<string, number>;
  private readonly nextEvents: BetterSqlite3.Statement;
  /** Of each kind that has tables. */
  private readonly tables: ReadonlyMap<StreamKind, TableComparison>;

  constructor(
    private readonly kinds: readonly AuditedKind[],
    private readonly connection: BetterSqlite3.Database,
    private readonly onProgress: VerifyOptions['onProgress'],
  ) {
    this.nextEvents = connection.prepare(
      `SELECT version, type, schema_version, data FROM events
       WHERE stream_id = ? AND version > ? ORDER BY version LIMIT ${pageSize}`,
    );
    this.streams = Object.fromEntries(kinds.map(({ name }) => [name, 0]));
    this.tables = new Map(projectedAmong(kinds).map((kind) => [kind, this.comparisonOf(kind)]));
  }

  private comparisonOf(kind: ProjectedKind): TableComparison {
    const { projection } = kind;
    const isThere = this.connection.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
    const tables = projection.tables.filter(({ name }) => isThere.get(name) !== undefined);
    for (const { name } of projection.tables.filter((table) => !tables.includes(table)))
      this.problem(`the table ${name} is missing: the next start of a service makes it again`);
    return new TableComparison({ ...kind, projection: { ...projection, tables } }, this.connection);
  }

  run(): TableVerification {
    for (const kind of projectedAmong(this.kinds)) this.checkCheckpoint(kind.projection);
    for (const streamId of this.streamIds()) this.checkStream(streamId);
    const comparisons = [...this.tables.values()];
    for (const comparison of comparisons) comparison.compareStrays();
    return {
      events: this.connection.prepare('SELECT count(*) FROM events').pluck().get() as number,
      streams: this.streams,
      difference_count: comparisons.reduce((sum, { differenceCount }) => sum + differenceCount, 0),
      differences: comparisons.flatMap(({ differences }) => differences).slice(0, reportedMax),
      problems: this.problems,
      warnings: this.warnings,
    };
  }

  /** A service does not start on tables that are ahead of it. */
  private checkCheckpoint({ name, version: known }: Projection): void {
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
    const kind = kindOfStream(this.kinds, streamId);
    if (kind === undefined) {
      this.problem(`stream ${streamId} is of no kind that this Daybook knows`);
      return;
    }
    this.streams[kind.name] = (this.streams[kind.name] ?? 0) + 1;
    const folded = this.fold(streamId, kind);
    if (folded === undefined) return;
    const subject = subjectOf(kind, streamId);
    // No table tells of some kinds: their events must be readable, and that is all.
    if (this.tables.get(kind)?.compare(subject, folded.state) === false)
      this.warnings.push(`${subject} was removed, and its rows are still being deleted`);
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
  private fold(streamId: string, { codec, decider }: StreamKind): { state: unknown } | undefined {
    let state = decider.initialState;
    let version = 0;
    try {
      for (const event of this.eventsOf(streamId)) {
        version += 1;
        if (event.version !== version) throw new Error(`version ${version} is missing`);
        state = decider.evolve(state, codec.decode(event));
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
