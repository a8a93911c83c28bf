// Events to stored text and back. The shape of a stored event is never changed: a new shape is a new schema version
// and an upcast from the one before, and the fold sees the newest only.
import type { DomainEvent } from './decider.js';

export interface EventSchema {
  schemaVersion: number;
  /** By schema version: from that version's data to the next one's. */
  upcasts?: Readonly<Record<number, (data: Record<string, unknown>) => Record<string, unknown>>>;
}

export interface EncodedEvent {
  type: string;
  schema_version: number;
  /** JSON text without spaces. */
  data: string;
}

/** How the events of a kind become stored text and come back. */
export interface Codec<Event> {
  encode(event: Event): EncodedEvent;
  /** @throws Error when the type or the schema version is not known: it comes from a newer Daybook */
  decode(stored: EncodedEvent): Event;
}

export class EventCodec<Event extends DomainEvent> implements Codec<Event> {
  constructor(private readonly schemas: Readonly<Record<Event['type'], EventSchema>>) {}

  encode(event: Event): EncodedEvent {
    const schema = this.schemas[event.type as Event['type']];
    return { type: event.type, schema_version: schema.schemaVersion, data: JSON.stringify(event.data) };
  }

  decode({ type, schema_version: version, data }: EncodedEvent): Event {
    const schema = (this.schemas as Readonly<Record<string, EventSchema | undefined>>)[type];
    if (schema === undefined || version > schema.schemaVersion) {
      throw new Error(`cannot read ${type} of schema version ${version}: it comes from a newer Daybook`);
    }
    let current = JSON.parse(data) as Record<string, unknown>;
    for (let from = version; from < schema.schemaVersion; from += 1) {
      const upcast = schema.upcasts?.[from];
      if (upcast === undefined) throw new Error(`no upcast of ${type} from schema version ${from}`);
      current = upcast(current);
    }
    return { type, data: current } as unknown as Event;
  }
}
