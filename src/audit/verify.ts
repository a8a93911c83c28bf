// Folds the whole log and holds the read tables against it, every column of every row: in one snapshot, and in bounded
// memory, one stream at a time.
import type { OpenReader } from '../database/engine.js';
import { columnsOf, type Table } from '../database/table.js';
import { foldStream, type Folded } from '../event-store/fold.js';
import { kindOfStream, subjectOf, type StreamKind } from '../event-store/kind.js';
import { endOf } from '../event-store/log.js';
import { aheadOf, readPosition } from '../projection/position.js';
import { projectedAmong, type ProjectedKind, type Projection } from '../projection/projected.js';
import type { Difference } from '../projection/row-comparison.js';
import { reportedMax, TableComparison } from '../projection/table-comparison.js';

export interface TableVerification {
  events: number;
  /** How many streams of each kind there are, by its name. */
  streams: Record<string, number>;
  difference_count: number;
  /** The first hundred. */
  differences: Difference[];
  /** What is wrong with the log itself, like an event that cannot be read. */
  problems: string[];
  /** What should be looked at though nothing disagrees: rows of a removed job that are left, a column to come. */
  warnings: string[];
}

/** The tables of a database, each with its columns. */
type Present = Awaited<ReturnType<OpenReader['tables']>>;

/** Called now and then with how many events are folded. */
type OnProgress = (done: number) => void;

/** A kind of stream, with its read tables if it has any. */
export type AuditedKind = StreamKind & { readonly projection?: Projection };

const progressEvery = 10_000;

/** How many streams are looked up at once. */
const streamsAtOnce = 100;

/** @throws Error when the database cannot be read */
export const verifyTables = (
  kinds: readonly AuditedKind[],
  opened: OpenReader,
  onProgress?: OnProgress,
): Promise<TableVerification> =>
  opened.inSnapshot(async () => (await TableCheck.begin(kinds, opened, onProgress)).run());

class TableCheck {
  private readonly problems: string[] = [];
  private readonly warnings: string[] = [];
  private eventsDone = 0;
  private readonly streams: Record<string, number>;
  /** Of each kind that has tables. */
  private readonly tables = new Map<StreamKind, TableComparison>();

  private constructor(
    private readonly kinds: readonly AuditedKind[],
    private readonly opened: OpenReader,
    private readonly onProgress: OnProgress | undefined,
  ) {
    this.streams = Object.fromEntries(kinds.map(({ name }) => [name, 0]));
  }

  static async begin(
    kinds: readonly AuditedKind[],
    opened: OpenReader,
    onProgress: OnProgress | undefined,
  ): Promise<TableCheck> {
    const check = new TableCheck(kinds, opened, onProgress);
    const present = await opened.tables();
    for (const kind of projectedAmong(kinds)) check.tables.set(kind, check.comparisonOf(kind, present));
    return check;
  }

  /** Compares what there is: an older Daybook has made fewer columns, and somebody may have dropped a table. */
  private comparisonOf(kind: ProjectedKind, present: Present): TableComparison {
    const tables = kind.projection.tables.flatMap((table) => this.presentPart(table, present) ?? []);
    return new TableComparison({ ...kind, projection: { ...kind.projection, tables } }, this.opened.reader);
  }

  private presentPart(table: Table, present: Present): Table | undefined {
    const { name } = table;
    const inDatabase = present.get(name);
    if (inDatabase === undefined) {
      this.problem(`the table ${name} is missing: the next start of a service makes it again`);
      return undefined;
    }
    const columns = Object.entries(table.columns).filter(([column]) => inDatabase.has(column));
    for (const column of columnsOf(table).filter((column) => !inDatabase.has(column)))
      this.warnings.push(
        `the table ${name} has no column ${column} yet: the next start of a service adds it`,
      );
    return { ...table, columns: Object.fromEntries(columns) };
  }

  async run(): Promise<TableVerification> {
    const { reader } = this.opened;
    const end = await endOf(reader);
    for (const { projection } of projectedAmong(this.kinds)) {
      // A service does not start on tables that are ahead of it.
      const ahead = aheadOf(await readPosition(reader, projection.name), projection.version, end);
      if (ahead !== undefined) this.problem(ahead);
    }
    for await (const streamId of this.streamIds()) await this.checkStream(streamId);
    const comparisons = [...this.tables.values()];
    for (const comparison of comparisons) await comparison.compareStrays();
    const counted = await reader.get<{ count: number }>('SELECT count(*) AS count FROM events');
    return {
      events: counted?.count ?? 0,
      streams: this.streams,
      difference_count: comparisons.reduce((sum, { differenceCount }) => sum + differenceCount, 0),
      differences: comparisons.flatMap(({ differences }) => differences).slice(0, reportedMax),
      problems: this.problems,
      warnings: this.warnings,
    };
  }

  /** Some at a time, and not by an open iterator: the log may have a million streams. */
  private async *streamIds(): AsyncGenerator<string> {
    for (let last = ''; ;) {
      // By steps along the index, since DISTINCT would pass every event.
      const page = await this.opened.reader.values<[streamId: string]>(
        `WITH RECURSIVE streams(stream_id, number) AS (
           SELECT min(stream_id), 1 FROM events WHERE stream_id > ?
           UNION ALL
           SELECT (SELECT min(stream_id) FROM events WHERE stream_id > streams.stream_id), number + 1
           FROM streams WHERE stream_id IS NOT NULL AND number < ${streamsAtOnce}
         ) SELECT stream_id FROM streams WHERE stream_id IS NOT NULL`,
        last,
      );
      for (const [streamId] of page) yield streamId;
      if (page.length < streamsAtOnce) return;
      last = page.at(-1)?.[0] ?? '';
    }
  }

  private async checkStream(streamId: string): Promise<void> {
    const kind = kindOfStream(this.kinds, streamId);
    if (kind === undefined) {
      this.problem(`stream ${streamId} is of no kind that this Daybook knows`);
      return;
    }
    this.streams[kind.name] = (this.streams[kind.name] ?? 0) + 1;
    const folded = await this.fold(streamId, kind);
    if (folded === undefined) return;
    const subject = subjectOf(kind, streamId);
    // No table tells of some kinds: their events must be readable, and that is all.
    if ((await this.tables.get(kind)?.compare(subject, folded)) === false)
      this.warnings.push(`${subject} was removed, and its rows are still being deleted`);
  }

  /** What the events of a stream add up to; undefined, and a problem, when they cannot be folded. */
  private async fold(streamId: string, kind: StreamKind): Promise<Folded<unknown> | undefined> {
    let version = 0;
    try {
      return await foldStream(kind, this.opened.reader, streamId, {
        until: () => {
          version += 1;
          return false;
        },
        folded: () => {
          this.eventsDone += 1;
          if (this.eventsDone % progressEvery === 0) this.onProgress?.(this.eventsDone);
        },
      });
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      this.problem(`stream ${streamId} cannot be folded at version ${version}: ${said}`);
      return undefined;
    }
  }

  private problem(sentence: string): void {
    if (this.problems.length < reportedMax) this.problems.push(sentence);
  }
}
