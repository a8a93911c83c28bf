// What a kind says of the end of its subjects' time in the read tables. Their events stay.
import type { Database } from '../../database/database.js';
import type { Reader } from '../../database/reader.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { StreamCommand } from '../work-kind.js';

export interface EndedSubject {
  streamId: string;
  /** When it was looked at: one that has moved on since is left alone. */
  version: number;
  /** What removing it costs, in whatever `Expiry.sizeMax` counts. */
  size: number;
}

export interface Expiry<Command extends StreamCommand = StreamCommand> {
  /** The subjects as the log of the service calls them, in the plural. */
  readonly subjects: string;
  /** After how many days they are removed by themselves; undefined for never. */
  readonly retentionDays: number | undefined;
  /** How much is removed in one commit; a larger subject has one for itself. */
  readonly sizeMax: number;
  /**
   * The subjects that ended at a time or before, oldest first; lets other work in between two pages.
   * @param until RFC 3339
   */
  ended(reader: Reader, until: string, runtime: Runtime): AsyncIterable<EndedSubject>;
  removal(now: string): Command;
  /**
   * What is left to do when a removal is durable, for one subject; without one, for all that a process left behind
   * that was killed.
   */
  afterwards?(database: Database, streamId?: string): Promise<void>;
}
