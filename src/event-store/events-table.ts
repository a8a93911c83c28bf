// The table of events: append-only, gapless, written once and never re-encoded.
import { defineTable, integer, text, type RowOf } from '../database/table.js';

export const events = defineTable('events', ['position'], {
  /** 1 for the first event of the log. */
  position: integer(),
  stream_id: text(),
  /** 1 for the first event of the stream. */
  version: integer(),
  type: text(),
  schema_version: integer(),
  /** JSON text without spaces, like `metadata`. */
  data: text(),
  metadata: text(),
  /** RFC 3339, UTC, milliseconds; it never goes back along the log. */
  recorded_at: text(),
});

/** An event as it is stored. */
export type LoggedEvent = RowOf<typeof events>;
