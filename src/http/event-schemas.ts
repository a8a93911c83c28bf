// Events as they are answered, in each of their formats.
import { z } from 'zod';
import { content } from './responses.js';
import { listAnswer, moment, referenceTo } from './schemas.js';

const event = z
  .object({
    position: z.int().min(1),
    stream_id: z.string(),
    version: z.int().min(1),
    type: z.string(),
    schema_version: z.int().min(1),
    recorded_at: moment,
    data: z.record(z.string(), z.unknown()),
    metadata: z.object({
      actor: z.string(),
      actor_proven: z.boolean().optional(),
      correlation_id: z.string(),
      causation_id: z.string().optional(),
    }),
  })
  .meta({
    id: 'Event',
    description: 'Something that happened; what `data` holds depends on `type` and `schema_version`.',
  });

const cloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    subject: z.string(),
    time: moment,
    datacontenttype: z.literal('application/json'),
    streamversion: z.int().min(1),
    schemaversion: z.int().min(1),
    actor: z.string(),
    actorproven: z.boolean().optional(),
    correlationid: z.string(),
    causationid: z.string().optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'CloudEvent', description: 'CloudEvents 1.0; the id is the position in the log.' });

const eventList = listAnswer('EventList', event);
const cloudEventBatch = z.array(cloudEvent).meta({ id: 'CloudEventBatch' });

/** In the form that `Accept` asks for. */
export const eventsAnswer = content(
  'In the order of the log. As lines (application/x-ndjson): one event a line, without a limit of its own.',
  {
    'application/json': referenceTo(eventList),
    'application/x-ndjson': referenceTo(event),
    'application/cloudevents-batch+json': referenceTo(cloudEventBatch),
  },
  'Link',
);
