// The words in which a person and the API speak of a kind of streams. Each context brings its own.

export interface KindWords {
  /** Like `job`. */
  noun: string;
  /** What the names of its streams begin with, before the id. */
  streamPrefix: string;
  /** The type of the first event of each. */
  firstEvent: string;
  /** Where the events of one are read. */
  eventsPath(id: string): string;
}

/** An event as the API tells it. */
export interface ToldEvent {
  position: number;
  stream_id: string;
  version: number;
  type: string;
  schema_version: number;
  recorded_at: string;
  data: object;
  metadata: { actor: string; correlation_id: string };
}
