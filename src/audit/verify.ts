// Folds the whole log and holds the read tables against it, every column of every row. It runs on a connection of its
// own, in one snapshot, and in bounded memory: one stream at a time.
import BetterSqlite3 from 'better-sqlite3';
import { logGuards } from '../database/log-guards.js';
import type { DomainEvent } from '../event-store/decider.js';
import type { EncodedEvent } from '../event-store/codec.js';
import type { Audited, AuditedTable, Row } from './audited.js';

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

export interface Verification {
  /** All agrees: no difference, and nothing wrong with the log itself. */
  ok: boolean;
  events: number;
  jobs: number;
  difference_count: number;
  /** The first hundred. */
  differences: Difference[];
  /** What is wrong with the log itself: a hole, an event that cannot be read. */
  problems: string[];
  /** What should be looked at though nothing disagrees: a guard of the log that is missing or was changed. */
  warnings: string[];
}

export interface VerifyOptions {
  path: string;
  /** Called now and then with how many events are folded, of how many. */
  onProgress?: (done: number, total: number) => void;
}

const reportedMax = 100;
const progressEvery = 10_000;

interface StoredRow extends EncodedEvent {
  version: number;
}

/** @throws Error when the database cannot be read */
export function verifyTables<State, Event extends DomainEvent>(
  audited: Audited<State, Event>,
  { path, onProgress }: VerifyOptions,
): Verification {
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
  private readonly warnings: string[] = [];
  private readonly leaving: ReadonlySet<unknown>;
  private differenceCount = 0;
  private eventsDone = 0;
  private streams = 0;

  constructor(
    private readonly audited: Audited<State, Event>,
    private readonly connection: BetterSqlite3.Database,
    private readonly onProgress: VerifyOptions['onProgress'],
  ) {
    this.leaving = this.removedSubjects();
  }

  run(): Verification {
    const total = this.checkPositions();
    for (const streamId of this.streamIds()) {
      this.checkStream(streamId, total);
      this.streams += 1;
    }
    for (const table of this.audited.tables) this.checkStrays(table);
    return {
      ok: this.differenceCount === 0 && this.problems.length === 0,
      events: total,
      jobs: this.streams,
      difference_count: this.differenceCount,
      differences: this.differences,
      problems: this.problems,
      warnings: [...this.missingGuards(), ...this.warnings],
    };
  }

  private checkPositions(): number {
    const row = this.connection
      .prepare(
        'SELECT count(*) AS count, coalesce(min(position), 1) AS first, coalesce(max(position), 0) AS last FROM events',
      )
      .get() as { count: number; first: number; last: number };
    if (row.first !== 1 || row.last !== row.count) {
      this.problem(
        `the log has ${row.count} events between positions ${row.first} and ${row.last}: some are missing`,
      );
    }
    return row.count;
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

  private checkStream(streamId: string, total: number): void {
    const { decider, codec, streamPrefix } = this.audited;
    if (!streamId.startsWith(streamPrefix)) {
      this.problem(`stream ${streamId} is of no kind that this Daybook knows`);
      return;
    }
    const events = this.connection
      .prepare('SELECT version, type, schema_version, data FROM events WHERE stream_id = ? ORDER BY version')
      .iterate(streamId) as IterableIterator<StoredRow>;
    let state = decider.initialState;
    let version = 0;
    try {
      for (const event of events) {
        version += 1;
        if (event.version !== version) throw new Error(`version ${version} is missing`);
        state = decider.evolve(state, codec.decode(event));
        this.eventsDone += 1;
        if (this.eventsDone % progressEvery === 0) this.onProgress?.(this.eventsDone, total);
      }
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      this.problem(`stream ${streamId} cannot be folded at version ${version}: ${said}`);
      return;
    }
    const subject = streamId.slice(streamPrefix.length);
    if (this.leaving.has(subject) && this.hasNoRows(state)) {
      this.warnings.push(`${subject} was removed, and its rows are still being deleted`);
      return;
    }
    for (const table of this.audited.tables)
      this.checkRows(table, subject, this.audited.rowsOf(state, table.name));
  }

  private hasNoRows(state: State): boolean {
    return this.audited.tables.every(({ name }) => Array.from(this.audited.rowsOf(state, name)).length === 0);
  }

  /** None in a database from before there was such a table. */
  private removedSubjects(): Set<unknown> {
    const { name, subjectColumn } = this.audited.removals;
    const columns = this.connection.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name);
    if (columns.length === 0) return new Set();
    return new Set(this.connection.prepare(`SELECT ${subjectColumn} FROM ${name}`).pluck().all());
  }

  private checkRows(table: AuditedTable, subject: string, expectedRows: Iterable<Row>): void {
    const keyOf = (row: Row): string => JSON.stringify(table.keyColumns.map((column) => row[column]));
    const actualRows = this.connection
      .prepare(`SELECT ${table.columns.join(', ')} FROM ${table.name} WHERE ${table.subjectColumn} = ?`)
      .all(subject) as Row[];
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
