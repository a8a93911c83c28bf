// Folds the whole log in its order and gives the rows that it stands for, in slices, in bounded memory. It runs in a
// thread of its own, on a connection of its own. On the way it compares the rows with those of the live tables.
import type { OpenReader } from '../database/engine.js';
import { cellsOf, type Cell, type Table } from '../database/table.js';
import type { DomainEvent } from '../event-store/decider.js';
import { kindOfStream, subjectOf } from '../event-store/kind.js';
import { foldStream, unfolded } from '../event-store/fold.js';
import type { ProjectedKind } from './projected.js';
import type { Difference } from './row-comparison.js';
import { reportedMax, TableComparison } from './table-comparison.js';

/** A step of filling the new tables. */
export type ShadowWrite =
  /** Takes away what is there of a subject, in the tables of a projection: the one with this place among the rebuilt. */
  | { kind: 'clear'; projection: number; subject: string }
  /**
   * New rows of the table with this place among those of all rebuilt projections: a JSON array of arrays of cells. As one text they
   * cross to the service's thread, and go into SQLite, without becoming objects there.
   */
  | { kind: 'insert'; table: number; rows: string }
  /** Rows that may be there already. */
  | { kind: 'put'; table: number; rows: string };

export interface LogFoldOptions {
  /** How many cells of folded states are kept of streams that rest (`Decider.sizeOf`). */
  restingCellsMax?: number;
  /** How many are kept in all: streams that take turns are not folded again for each event, if there is room. */
  cellsMax?: number;
  /** How many rows there are in a slice. */
  sliceRows?: number;
  /** Lets other work in between two pages of the log. */
  nextTurn?: () => Promise<void>;
}

/** As the columns list it: a row as an array is read in two thirds of the time. */
type StoredEvent = readonly [
  position: number,
  streamId: string,
  version: number,
  type: string,
  schemaVersion: number,
  data: string,
];

interface Followed {
  kind: ProjectedKind;
  state: unknown;
  version: number;
  /** Of its first event. */
  firstPosition: number;
  /** Of its latest event. */
  position: number;
  /** Earlier rows of it may be in the new tables. */
  wasEvicted: boolean;
  /** Its rows as of some version are in the new tables. */
  isWritten: boolean;
  /** What happened since its rows were written. */
  unwritten: DomainEvent[];
  /** Whether anything happened since its rows were written. */
  isDirty: boolean;
}

const pageSize = 2_000;

/** A stream without an event among so many rests. */
const restsAfter = 5_000;

const pageSql = `SELECT position, stream_id, version, type, schema_version, data FROM events
  WHERE position > ? AND position <= ? ORDER BY position LIMIT ${pageSize}`;

export class LogFold {
  /** Everything up to here has been folded. */
  position = 0;
  /** Where the tables of each projection begin among those of all. */
  private readonly firstTables: ReadonlyMap<ProjectedKind, number>;

  /** In the order of their last event. */
  private readonly followed = new Map<string, Followed>();
  private latest: { streamId: string; followed: Followed } | undefined;
  private cells = 0;
  private slice: ShadowWrite[] = [];
  private sliceRows = 0;
  /** With the live tables. */
  private readonly comparisons: ReadonlyMap<ProjectedKind, TableComparison>;
  private readonly nextTurn: (() => Promise<void>) | undefined;
  private readonly restingCellsMax: number;
  private readonly cellsMax: number;
  private readonly sliceMax: number;

  /** @param opened a reader of its own, which it closes */
  constructor(
    private readonly kinds: readonly ProjectedKind[],
    private readonly opened: OpenReader,
    { restingCellsMax = 3_000, cellsMax = 500_000, sliceRows = 60, nextTurn }: LogFoldOptions = {},
  ) {
    this.comparisons = new Map(kinds.map((kind) => [kind, new TableComparison(kind, opened.reader)]));
    this.nextTurn = nextTurn;
    this.restingCellsMax = restingCellsMax;
    this.cellsMax = cellsMax;
    this.sliceMax = sliceRows;
    const firstTables = new Map<ProjectedKind, number>();
    let tables = 0;
    for (const kind of kinds) {
      firstTables.set(kind, tables);
      tables += kind.projection.tables.length;
    }
    this.firstTables = firstTables;
  }

  /**
   * Folds on until `end`, and gives what has to be written so that the new tables are as of that position.
   * @throws Error when an event can't be read or the log has a hole
   */
  async *upTo(end: number): AsyncGenerator<ShadowWrite[]> {
    while (this.position < end) {
      await this.nextTurn?.();
      const events = await this.opened.reader.values<StoredEvent>(pageSql, this.position, end);
      if (events.length === 0) throw new Error(`the log has no event at position ${this.position + 1}`);
      for (const event of events) {
        const [position] = event;
        if (position !== this.position + 1)
          throw new Error(`the log has no event at position ${this.position + 1}`);
        const followed = this.latestOf(event) ?? (await this.follow(event));
        if (followed !== undefined) this.apply(followed, event);
        this.position = position;
        if (this.cells > this.restingCellsMax) yield* this.evict();
      }
    }
    for (const [streamId, followed] of this.followed) yield* this.write(streamId, followed);
    yield* this.flush();
  }

  async close(): Promise<void> {
    await this.opened.close();
  }

  /** With the live tables, so far. */
  get compared(): { differenceCount: number; differences: Difference[] } {
    const all = [...this.comparisons.values()];
    return {
      differenceCount: all.reduce((sum, { differenceCount }) => sum + differenceCount, 0),
      differences: all.flatMap(({ differences }) => differences).slice(0, reportedMax),
    };
  }

  /** Rows in the live tables of subjects that have no events at all. */
  async compareStrays(): Promise<void> {
    for (const comparison of this.comparisons.values()) await comparison.compareStrays();
  }

  private apply(
    followed: Followed,
    [position, streamId, version, type, schemaVersion, data]: StoredEvent,
  ): void {
    if (version !== followed.version + 1)
      throw new Error(
        `stream ${streamId} has no version ${followed.version + 1} before position ${position}`,
      );
    const { decider, codec } = followed.kind;
    const decoded = codec.decode({ type, schema_version: schemaVersion, data });
    const sizeBefore = decider.sizeOf(followed.state);
    followed.state = decider.evolve(followed.state, decoded);
    followed.version = version;
    if (version === 1) followed.firstPosition = position;
    followed.position = position;
    followed.isDirty = true;
    if (followed.isWritten) followed.unwritten.push(decoded);
    this.cells += decider.sizeOf(followed.state) - sizeBefore;
  }

  /** The map keeps the order of insertion, so its first stream is always the one that rested longest. */
  private latestOf([, streamId]: StoredEvent): Followed | undefined {
    if (this.latest?.streamId === streamId) return this.latest.followed;
    const followed = this.followed.get(streamId);
    if (followed === undefined) return undefined;
    this.followed.delete(streamId);
    this.followed.set(streamId, followed);
    this.latest = { streamId, followed };
    return followed;
  }

  /** A stream that was let go is folded again from its beginning. Undefined for a kind that is not rebuilt. */
  private async follow([, streamId, version]: StoredEvent): Promise<Followed | undefined> {
    const kind = kindOfStream(this.kinds, streamId);
    if (kind === undefined) return undefined;
    const folded = await this.foldUpTo(kind, streamId, version - 1);
    const followed: Followed = {
      kind,
      state: folded.state,
      version: folded.version,
      firstPosition: folded.firstPosition,
      position: 0,
      wasEvicted: version > 1,
      isWritten: false,
      unwritten: [],
      isDirty: false,
    };
    this.cells += kind.decider.sizeOf(followed.state);
    this.followed.set(streamId, followed);
    this.latest = { streamId, followed };
    return followed;
  }

  private async foldUpTo(kind: ProjectedKind, streamId: string, to: number) {
    if (to <= 0) return unfolded(kind.decider);
    return foldStream(kind, this.opened.reader, streamId, { until: (event) => event.version > to });
  }

  /** Lets go of the streams that rested longest; the one at work stays, however large. */
  private async *evict(): AsyncGenerator<ShadowWrite[]> {
    for (const [streamId, followed] of this.followed) {
      const isResting = this.position - followed.position > restsAfter;
      if (this.cells <= (isResting ? this.restingCellsMax / 2 : this.cellsMax) || this.followed.size === 1)
        return;
      yield* this.write(streamId, followed);
      this.followed.delete(streamId);
      if (this.latest?.streamId === streamId) this.latest = undefined;
      this.cells -= followed.kind.decider.sizeOf(followed.state);
    }
  }

  private async *write(streamId: string, followed: Followed): AsyncGenerator<ShadowWrite[]> {
    if (!followed.isDirty) return;
    const { kind: streamKind } = followed;
    const { tables } = streamKind.projection;
    const firstTable = this.firstTables.get(streamKind) ?? 0;
    const subject = subjectOf(streamKind, streamId);
    if (!followed.isWritten) await this.compareAll(streamId, subject, followed);
    const touched = followed.isWritten
      ? tables.map((table) => this.touchedRows(followed, table))
      : tables.map(() => undefined);
    const mayBeAny = touched.includes(undefined);
    if (mayBeAny && (followed.isWritten || followed.wasEvicted))
      this.slice.push({ kind: 'clear', projection: this.kinds.indexOf(streamKind), subject });
    for (const [place, table] of tables.entries()) {
      const rows = mayBeAny
        ? streamKind.projection.rowsOf(followed.state, table.name, followed.firstPosition)
        : (touched[place] ?? []);
      const kind = mayBeAny ? 'insert' : 'put';
      let cells: Cell[][] = [];
      for (const row of rows) {
        cells.push(cellsOf(table, row));
        this.sliceRows += 1;
        if (this.sliceRows < this.sliceMax) continue;
        this.slice.push({ kind, table: firstTable + place, rows: JSON.stringify(cells) });
        cells = [];
        yield* this.flush();
      }
      if (cells.length > 0) this.slice.push({ kind, table: firstTable + place, rows: JSON.stringify(cells) });
    }
    followed.isWritten = true;
    followed.isDirty = false;
    followed.unwritten = [];
  }

  private touchedRows({ kind, state, unwritten, firstPosition }: Followed, table: Table) {
    return kind.projection.rowsTouchedBy(state, unwritten, table.name, firstPosition);
  }

  private *flush(): Generator<ShadowWrite[]> {
    const { slice } = this;
    this.slice = [];
    this.sliceRows = 0;
    if (slice.length > 0) yield slice;
  }

  /** The live tables may be ahead of the fold: in one snapshot, both are brought to the same version. */
  private async compareAll(streamId: string, subject: string, followed: Followed): Promise<void> {
    const { kind } = followed;
    await this.opened.inSnapshot(async () => {
      const now = await foldStream(kind, this.opened.reader, streamId, { from: followed });
      await this.comparisons.get(kind)?.compare(subject, now);
    });
  }
}
