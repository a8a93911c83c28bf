// The tables in which admins see projections: how far each is, and its rebuilds.
import { defineTable, integer, orNull, text, type RowOf } from '../database/table.js';

export const projections = defineTable('projections', ['name'], {
  name: text(),
  /** Of the rules that made its rows. */
  version: integer(),
  /** Every event up to here is in its tables. */
  position: integer(),
});

export type ProjectionPosition = RowOf<typeof projections>;

export const rebuilds = defineTable('rebuilds', ['id'], {
  id: text(),
  projection: text(),
  status: text<'running' | 'completed' | 'failed' | 'cancelled'>(),
  started_at: text(),
  ended_at: orNull(text()),
  events_done: integer(),
  events_total: integer(),
  difference_count: integer(),
  /** JSON of the first hundred. */
  differences: text(),
  error: orNull(text()),
});

export type RebuildRow = RowOf<typeof rebuilds>;
