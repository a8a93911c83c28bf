// Reads the whole log in order. It is append-only and gapless, so pages of it need no snapshot: what was read stays
// true. Each statement is bounded, whatever the filter, so that a long read never stops the process.
import type { Reader } from '../database/sqlite/sqlite-reader.js';

/** An event as it is stored: `data` and `metadata` are JSON text. */
export interface LoggedEvent {
  position: number;
  stream_id: string;
  version: number;
  type: string;
  schema_version: number;
  data: string;
  metadata: string;
  recorded_at: string;
}

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

/** The positions that one statement may look at when it filters. */
const windowSize = 5_000;

const columns = 'position, stream_id, version, type, schema_version, data, metadata, recorded_at';

export class Log {
  constructor(private readonly database: Reader) {}

  /** The position of the last event; 0 for an empty log. */
  end(): number {
    const [row] = this.database.query<{ position: number }>(
      'SELECT coalesce(max(position), 0) AS position FROM events',
    );
    return row?.position ?? 0;
  }

  /** The last position that a filter can reach now. */
  endOf({ recordedTo }: LogFilter): number {
    return recordedTo === undefined ? this.end() : this.firstAfter(recordedTo) - 1;
  }

  /** The position after which a filter can find anything, at least `after`. */
  startOf(after: number, { recordedFrom }: LogFilter): number {
    return recordedFrom === undefined ? after : Math.max(after, this.firstAtOrAfter(recordedFrom) - 1);
  }

  /** The next events after a position, up to and including `end`; looks at a bounded part of the log. */
  page(after: number, end: number, limit: number, { streamId, type }: LogFilter): LogPage {
    if (streamId !== undefined) return this.streamPage(after, end, limit, streamId, type);
    const to = type === undefined ? end : Math.min(end, after + windowSize);
    const events = this.database.query<LoggedEvent>(
      `SELECT ${columns} FROM events WHERE position > ? AND position <= ? ${type === undefined ? '' : 'AND type = ?'}
       ORDER BY position LIMIT ?`,
      after,
      to,
      ...(type === undefined ? [] : [type]),
      limit,
    );
    return { events, scannedTo: events.length === limit ? (events.at(-1)?.position ?? to) : to };
  }

  /** In a stream the order of versions is the order of positions, and the index knows versions. */
  private streamPage(
    after: number,
    end: number,
    limit: number,
    streamId: string,
    type: string | undefined,
  ): LogPage {
    const rows = this.database.query<LoggedEvent>(
      `SELECT ${columns} FROM events WHERE stream_id = ? AND version > ? ORDER BY version LIMIT ?`,
      streamId,
      this.versionAt(streamId, after),
      limit,
    );
    const last = rows.at(-1);
    const events = rows.filter(
      (event) => event.position <= end && (type === undefined || event.type === type),
    );
    return {
      events,
      scannedTo: rows.length < limit || last === undefined ? end : Math.min(end, last.position),
    };
  }

  /** The version that a stream had at a position of the log. */
  private versionAt(streamId: string, position: number): number {
    if (position === 0) return 0;
    const [row] = this.database.query<{ version: number }>(
      `SELECT version FROM events WHERE position = ? AND stream_id = ?
       UNION ALL
       SELECT * FROM (SELECT version FROM events WHERE stream_id = ? AND +position <= ? ORDER BY version DESC LIMIT 1)
       LIMIT 1`,
      position,
      streamId,
      streamId,
      position,
    );
    return row?.version ?? 0;
  }

  /** Times never go back along the log, so a time is found like a word in a dictionary. */
  private firstAtOrAfter(time: string): number {
    return this.search((recordedAt) => recordedAt >= time);
  }

  private firstAfter(time: string): number {
    return this.search((recordedAt) => recordedAt > time);
  }

  private search(isThere: (recordedAt: string) => boolean): number {
    let low = 1;
    let high = this.end() + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [row] = this.database.query<{ recorded_at: string }>(
        'SELECT recorded_at FROM events WHERE position = ?',
        middle,
      );
      if (row === undefined || isThere(row.recorded_at)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
