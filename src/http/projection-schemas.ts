// What admins are answered about the read tables: how far they are, and where they differ from the events.
import { z } from 'zod';
import type { Verification } from '../audit/verifier.js';
import type { RebuildView } from '../projection/rebuilds.js';
import type { Difference } from '../projection/row-comparison.js';
import { count, moment } from './schemas.js';

const difference = z
  .looseObject({
    table: z.string(),
    column: z.string().exactOptional(),
    expected: z.unknown(),
    actual: z.unknown(),
  })
  .meta({
    id: 'Difference',
    description:
      'What a read table says, and what the events say; without a column, a whole row. Further members name the row by its key, like `job_id`.',
  }) satisfies z.ZodType<Difference>;

export const verificationAnswer = z
  .object({
    ok: z.boolean(),
    events: count,
    jobs: count,
    streams: z.record(z.string(), count),
    difference_count: count,
    differences: z.array(difference),
    problems: z.array(z.string()),
    warnings: z.array(z.string()),
  })
  .meta({
    id: 'Verification',
    description:
      'The tables and the log, held against the events; how many streams there are of each kind; the first hundred differences.',
  }) satisfies z.ZodType<Verification>;

export const rebuildAnswer = z
  .object({
    id: z.string(),
    projection: z.string(),
    status: z.enum(['running', 'completed', 'failed', 'cancelled']),
    events_done: count,
    events_total: count,
    difference_count: count,
    differences: z.array(difference),
    started_at: moment,
    ended_at: moment.nullable(),
    error: z.string().nullable(),
  })
  .meta({
    id: 'Rebuild',
    description:
      'How far it is; at the end, how much the old tables differed, and the first hundred differences.',
  }) satisfies z.ZodType<RebuildView>;

const projection = z.object({
  name: z.string(),
  version: count,
  position: count,
  lag: count,
  rows: z.record(z.string(), count),
  last_rebuild: rebuildAnswer.nullable(),
});

export const projectionListAnswer = z.object({ items: z.array(projection) }).meta({ id: 'ProjectionList' });
