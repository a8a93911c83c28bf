// What the controllers of mechanisms answer.
import { z } from 'zod';
import type { ConsistencyAnswer, InclusionAnswer } from '../audit/notary.js';
import type { KeptRefusal } from '../audit/refusals.js';
import type { Verification } from '../audit/verifier.js';
import { answer, count, listAnswer, referenceTo, timeAnswer } from './answer.js';
import type { Difference } from '../projection/row-comparison.js';
import type { RebuildView } from '../projection/rebuilds.js';
import { operationsWith, type Answer } from './operation.js';

export const { Question, Command } = operationsWith({});

export const healthAnswer = answer('Health', z.object({ status: z.literal('ok') }));

const event = answer(
  'Event',
  z.object({
    position: z.int().min(1),
    stream_id: z.string(),
    version: z.int().min(1),
    type: z.string(),
    schema_version: z.int().min(1),
    recorded_at: timeAnswer,
    data: z.record(z.string(), z.unknown()),
    metadata: z.object({
      actor: z.string(),
      correlation_id: z.string(),
      causation_id: z.string().optional(),
    }),
  }),
  'Something that happened; what `data` holds depends on `type` and `schema_version`.',
);

const cloudEvent = answer(
  'CloudEvent',
  z.object({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    subject: z.string(),
    time: timeAnswer,
    datacontenttype: z.literal('application/json'),
    streamversion: z.int().min(1),
    schemaversion: z.int().min(1),
    actor: z.string(),
    correlationid: z.string(),
    causationid: z.string().optional(),
    data: z.record(z.string(), z.unknown()),
  }),
  'CloudEvents 1.0; the id is the position in the log.',
);

const eventList = listAnswer('EventList', event);
const cloudEventBatch = answer('CloudEventBatch', z.array(cloudEvent));

/** In the form that `Accept` asks for. */
export const eventsAnswer: Answer = {
  description:
    'In the order of the log. As lines (application/x-ndjson): one event a line, without a limit of its own.',
  headers: ['Link'],
  content: {
    'application/json': referenceTo(eventList),
    'application/x-ndjson': referenceTo(event),
    'application/cloudevents-batch+json': referenceTo(cloudEventBatch),
  },
};

const hash = z.base64();

export const inclusionAnswer = answer(
  'InclusionProof',
  z.object({
    position: z.int().min(1),
    index: count,
    size: count,
    leaf_hash: hash,
    hashes: z.array(hash),
  }) satisfies z.ZodType<InclusionAnswer>,
);

export const consistencyAnswer = answer(
  'ConsistencyProof',
  z.object({ from: count, to: count, hashes: z.array(hash) }) satisfies z.ZodType<ConsistencyAnswer>,
);

export const refusalsAnswer = listAnswer(
  'RefusalList',
  answer(
    'Refusal',
    z.object({
      id: z.int().min(1),
      recorded_at: timeAnswer,
      actor: z.string(),
      correlation_id: z.string(),
      command: z.string(),
      code: z.string(),
      status: z.int(),
    }) satisfies z.ZodType<KeptRefusal>,
    'A command that was refused: who, what, when and why; no bodies.',
  ),
);

const difference = answer(
  'Difference',
  z.looseObject({
    table: z.string(),
    column: z.string().exactOptional(),
    expected: z.unknown(),
    actual: z.unknown(),
  }) satisfies z.ZodType<Difference>,
  'What a read table says, and what the events say; without a column, a whole row. Further members name the row by its key, like `job_id`.',
);

export const verificationAnswer = answer(
  'Verification',
  z.object({
    ok: z.boolean(),
    events: count,
    jobs: count,
    streams: z.record(z.string(), count),
    difference_count: count,
    differences: z.array(difference),
    problems: z.array(z.string()),
    warnings: z.array(z.string()),
  }) satisfies z.ZodType<Verification>,
  'The tables and the log, held against the events; how many streams there are of each kind; the first hundred differences.',
);

export const rebuildAnswer = answer(
  'Rebuild',
  z.object({
    id: z.string(),
    projection: z.string(),
    status: z.enum(['running', 'completed', 'failed', 'cancelled']),
    events_done: count,
    events_total: count,
    difference_count: count,
    differences: z.array(difference),
    started_at: timeAnswer,
    ended_at: timeAnswer.nullable(),
    error: z.string().nullable(),
  }) satisfies z.ZodType<RebuildView>,
  'How far it is; at the end, how much the old tables differed, and the first hundred differences.',
);

export const projectionListAnswer = answer(
  'ProjectionList',
  z.object({
    items: z.array(
      z.object({
        name: z.string(),
        version: count,
        position: count,
        lag: count,
        rows: z.record(z.string(), count),
        last_rebuild: rebuildAnswer.nullable(),
      }),
    ),
  }),
);
