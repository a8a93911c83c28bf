// The forms in which an event goes out. Stored text is passed on as it is: what an auditor sees is what was hashed.
import type { LoggedEvent } from '../event-store/events-table.js';

/** One event as JSON text on one line, in parts. */
export const jsonOf = (event: LoggedEvent): string[] => [
  `{"position":${event.position},"stream_id":${JSON.stringify(event.stream_id)},"version":${event.version},` +
    `"type":${JSON.stringify(event.type)},"schema_version":${event.schema_version},` +
    `"recorded_at":${JSON.stringify(event.recorded_at)},"data":`,
  event.data,
  `,"metadata":${event.metadata}}`,
];

/**
 * One event as the JSON text of a CloudEvent (CloudEvents 1.0, JSON format), in parts. The position is the id, unique in its source, the log.
 * Extension attributes have lower-case names without separators, as §3 of that specification asks.
 */
export function cloudEventOf(event: LoggedEvent, source: string): string[] {
  const metadata = JSON.parse(event.metadata) as {
    actor: string;
    actor_proven?: boolean;
    correlation_id: string;
    causation_id?: string;
  };
  const attributes = JSON.stringify({
    specversion: '1.0',
    id: String(event.position),
    source,
    type: `daybook.${event.type}`,
    subject: event.stream_id,
    time: event.recorded_at,
    datacontenttype: 'application/json',
    streamversion: event.version,
    schemaversion: event.schema_version,
    actor: metadata.actor,
    ...(metadata.actor_proven === undefined ? {} : { actorproven: metadata.actor_proven }),
    correlationid: metadata.correlation_id,
    causationid: metadata.causation_id,
  });
  return [attributes.slice(0, -1), ',"data":', event.data, '}'];
}
