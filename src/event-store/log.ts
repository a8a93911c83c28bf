// Reads the log in order. It is append-only and gapless, so pages of it need no snapshot: what was read stays true. Each
// statement is bounded, whatever the filter, so that a long read never stops the process.
import type { Reader } from '../database/reader.js';
import { sliceCharacters } from '../database/slice.js';
import type { Awaitable, Value } from '../database/transaction.js';
import type { LoggedEvent } from './events-table.js';

export interface LogFilter {
  streamId?: string | undefined;
  type?: string | undefined;
  /** Both ends are included. */
  recordedFrom?: string | undefined;
  recordedTo?: string | undefined;
}

export interface LogPage {
  events: LoggedEvent[];
  /** Everything up to here has been looked at: where to go on. */
  scannedTo: number;
}

export interface PagesOptions {
  /** A position: those after it. */
  after?: number;
  /** The last position; the end of the log as it is now when not given. */
  upTo?: number;
  /** The most events of a page. */
  pageSize: number;
  /** The most events of all pages. */
  limit?: number;
}

/** The positions that one statement may look at when it filters. */
const windowSize = 5_000;

const columns = 'position, stream_id, version, type, schema_version, data, metadata, recorded_at';

/** What can be asked for one row: a reader, or a transaction. */
interface Source {
  get<Row>(sql: string, ...parameters: readonly Value[]): Awaitable<Row | undefined>;
}

/** The last event of the log; undefined while there is none. */
export const lastEvent = (
  source: Source,
): Awaitable<Pick<LoggedEvent, 'position' | 'recorded_at'> | undefined> =>
  source.get('SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1');

/** The position of the last event of the log; 0 for an empty one. */
export const endOf = async (source: Source): Promise<number> => (await lastEvent(source))?.position ?? 0;

export class Log {
  /**
   * @param nextTurn to be awaited before each page of many: lets other work in
   * @param charactersMax about the most text of a page
   */
  constructor(
    private readonly reader: Reader,
    readonly nextTurn: () => Promise<void>,
    private readonly charactersMax = sliceCharacters,
  ) {}

  /** The position of the last event; 0 for an empty log. */
  end(): Promise<number> {
    return endOf(this.reader);
  }

  /** The event at a position; undefined when there is none. */
  at(position: number): Promise<LoggedEvent | undefined> {
    return this.reader.get(`SELECT ${columns} FROM events WHERE position = ?`, position);
  }

  /** What is in the log now, page by page, as far as the filter lets it through; a page may be empty. */
  async *pages(
    filter: LogFilter,
    { after = 0, upTo, pageSize, limit = Infinity }: PagesOptions,
  ): AsyncGenerator<LoggedEvent[]> {
    const end = upTo ?? (await this.endOf(filter));
    let position = await this.startOf(after, filter);
    for (let wanted = limit; wanted > 0 && position < end;) {
      await this.nextTurn();
      const { events, scannedTo } = await this.page(position, end, Math.min(pageSize, wanted), filter);
      yield events;
      wanted -= events.length;
      position = scannedTo;
    }
  }

  /**
   * The next events after a position, up to and including `end`, fewer than `limit` when they are large; looks at a
   * bounded part of the log.
   */
  async page(after: number, end: number, limit: number, { streamId, type }: LogFilter): Promise<LogPage> {
    if (streamId !== undefined) return this.streamPage(after, end, limit, streamId, type);
    const to = type === undefined ? end : Math.min(end, after + windowSize);
    const { rows: events, isWhole } = await this.reader.slice<LoggedEvent>(
      this.charactersMax,
      `SELECT ${columns} FROM events WHERE position > ? AND position <= ? ${type === undefined ? '' : 'AND type = ?'}
       ORDER BY position LIMIT ?`,
      after,
      to,
      ...(type === undefined ? [] : [type]),
      limit,
    );
    const isCut = !isWhole || events.length === limit;
    return { events, scannedTo: isCut ? (events.at(-1)?.position ?? to) : to };
  }

  /** The last position that a filter can reach now. */
  private async endOf({ recordedTo }: LogFilter): Promise<number> {
    return recordedTo === undefined ? this.end() : (await this.search((time) => time > recordedTo)) - 1;
  }

  /** The position after which a filter can find anything, at least `after`. */
  private async startOf(after: number, { recordedFrom }: LogFilter): Promise<number> {
    if (recordedFrom === undefined) return after;
    return Math.max(after, (await this.search((time) => time >= recordedFrom)) - 1);
  }

  /** In a stream the order of versions is the order of positions, and the index knows versions. */
  private async streamPage(
    after: number,
    end: number,
    limit: number,
    streamId: string,
    type: string | undefined,
  ): Promise<LogPage> {
    const { rows, isWhole } = await this.reader.slice<LoggedEvent>(
      this.charactersMax,
      `SELECT ${columns} FROM events WHERE stream_id = ? AND version > ? ORDER BY version LIMIT ?`,
      streamId,
      await this.versionAt(streamId, after),
      limit,
    );
    const last = rows.at(-1);
    const events = rows.filter(
      (event) => event.position <= end && (type === undefined || event.type === type),
    );
    return {
      events,
      scannedTo: (isWhole && rows.length < limit) || last === undefined ? end : Math.min(end, last.position),
    };
  }

  /** The version that a stream had at a position of the log. */
  private async versionAt(streamId: string, position: number): Promise<number> {
    if (position === 0) return 0;
    const here = await this.at(position);
    if (here?.stream_id === streamId) return here.version;
    // Adding nothing to the position keeps the search on the index of the stream.
    const row = await this.reader.get<{ version: number }>(
      'SELECT version FROM events WHERE stream_id = ? AND position + 0 <= ? ORDER BY version DESC LIMIT 1',
      streamId,
      position,
    );
    return row?.version ?? 0;
  }

  /** Times never go back along the log, so a time is found like a word in a dictionary. */
  private async search(isThere: (recordedAt: string) => boolean): Promise<number> {
    let low = 1;
    let high = (await this.end()) + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = await this.reader.get<{ recorded_at: string }>(
        'SELECT recorded_at FROM events WHERE position = ?',
        middle,
      );
      if (row === undefined || isThere(row.recorded_at)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
