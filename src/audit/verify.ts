// Folds the whole log and holds the read tables against it, every column of every row. It runs on a connection of its
// own, in one snapshot, and in bounded memory: one stream at a time.
import BetterSqlite3 from 'better-sqlite3';
import { logGuards } from '../database/log-guards.js';
import type { Decider, DomainEvent } from '../event-store/decider.js';
import type { EncodedEvent, EventCodec } from '../event-store/codec.js';
import type { Audited, AuditedTable, Row } from './audited.js';
import { logCodec, logStreamPrefix } from './log-events.js';

export interface Difference {
  table: string;
  job_id: string;
  date?: string;
  model?: string;
  /** Undefined when a whole row is missing or should not be there. */
  column?: string;
  /** What the events say. */
  expected: unknown;
  /** What the table says. */
  actual: unknown;
}

export interface TableVerification {
  events: number;
  jobs: number;
  difference_count: number;
  /** The first hundred. */
  differences: Difference[];
  /** What is wrong with the log itself, like an event that cannot be read. */
  problems: string[];
  /** What should be looked at though nothing disagrees: a guard of the log that is missing or was changed. */
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
  audited: Audited<State, Event>,
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
  private readonly differences: Difference[] = [];
  private readonly problems: string[] = [];
  private differenceCount = 0;
  private eventsDone = 0;
  private subjects = 0;
  private readonly nextEvents: BetterSqlite3.Statement;
  private readonly rowsOf: ReadonlyMap<AuditedTable, BetterSqlite3.Statement>;

  constructor(
    private readonly audited: Audited<State, Event>,
    private readonly connection: BetterSqlite3.Database,
    private readonly onProgress: VerifyOptions['onProgress'],
  ) {
    this.nextEvents = connection.prepare(
      `SELECT version, type, schema_version, data FROM events
       WHERE stream_id = ? AND version > ? ORDER BY version LIMIT ${pageSize}`,
    );
    this.rowsOf = new Map(
      audited.tables.map((table) => [
        table,
        connection.prepare(
          `SELECT ${table.columns.join(', ')} FROM ${table.name} WHERE ${table.subjectColumn} = ?`,
        ),
      ]),
    );
  }

  run(): TableVerification {
    for (const streamId of this.streamIds()) this.checkStream(streamId);
    for (const table of this.audited.tables) this.checkStrays(table);
    return {
      events: this.connection.prepare('SELECT count(*) FROM events').pluck().get() as number,
      jobs: this.subjects,
      difference_count: this.differenceCount,
      differences: this.differences,
      problems: this.problems,
      warnings: this.missingGuards(),
    };
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
      for (const table of audited.tables)
        this.checkRows(table, subject, audited.rowsOf(folded.state, table.name));
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

  private checkRows(table: AuditedTable, subject: string, expectedRows: Iterable<Row>): void {
    const keyOf = (row: Row): string => JSON.stringify(table.keyColumns.map((column) => row[column]));
    const actualRows = (this.rowsOf.get(table)?.all(subject) ?? []) as Row[];
    const actual = new Map(actualRows.map((row) => [keyOf(row), row]));
    for (const expected of expectedRows) {
      const key = keyOf(expected);
      const found = actual.get(key);
      actual.delete(key);
      if (found === undefined) this.differ(table, expected, undefined, expected, null);
      else this.checkColumns(table, expected, found);
    }
    for (const stray of actual.values()) this.differ(table, stray, undefined, null, stray);
  }

  private checkColumns(table: AuditedTable, expected: Row, actual: Row): void {
    for (const column of table.columns) {
      if (expected[column] === actual[column]) continue;
      this.differ(table, expected, column, expected[column], actual[column]);
    }
  }

  /** Rows of a subject that has no events at all. */
  private checkStrays(table: AuditedTable): void {
    const strays = this.connection
      .prepare(
        `SELECT ${table.columns.join(', ')} FROM ${table.name} AS stray
         WHERE NOT EXISTS (SELECT 1 FROM events WHERE stream_id = ? || stray.${table.subjectColumn})`,
      )
      .iterate(this.audited.streamPrefix) as IterableIterator<Row>;
    for (const stray of strays) this.differ(table, stray, undefined, null, stray);
  }

  private missingGuards(): string[] {
    const triggers = this.connection.prepare("SELECT sql FROM sqlite_master WHERE type = 'trigger'").pluck();
    const present = new Set(triggers.all());
    return logGuards
      .filter((guard) => !present.has(guard))
      .map(
        (guard) => `the trigger ${guard.split(' ')[2] ?? ''} that guards the log is missing or was changed`,
      );
  }

  private differ(
    table: AuditedTable,
    row: Row,
    column: string | undefined,
    expected: unknown,
    actual: unknown,
  ): void {
    this.differenceCount += 1;
    if (this.differences.length >= reportedMax) return;
    const key = Object.fromEntries(
      [table.subjectColumn, ...table.keyColumns].map((name) => [name, String(row[name])]),
    ) as { job_id: string };
    this.differences.push({
      table: table.name,
      ...key,
      ...(column === undefined ? {} : { column }),
      expected,
      actual,
    });
  }

  private problem(sentence: string): void {
    if (this.problems.length < reportedMax) this.problems.push(sentence);
  }
}
