// Which events of the log are wanted, and where they come from: from the beginning on, the last ones, or as they come.
import type { Client } from '../client/client.js';
import { completeLoggedId } from './stream-id.js';
import type { KindWords, ToldEvent } from './terminal-kind.js';

export interface EventFilter {
  actor?: string | undefined;
  type?: string | undefined;
  correlation?: string | undefined;
  /** A time; empty when not given. */
  since: string;
}

/** One stream: which kind, and what was typed as its id. */
export interface GivenStream {
  kind: KindWords;
  id: string;
}

/** An event, and the line of JSON that told it. */
export interface EventLine {
  event: ToldEvent;
  line: string;
}

export class LogLines {
  private constructor(
    private readonly client: Client,
    private readonly filter: EventFilter,
    private readonly path: string,
    private readonly streamId: string | undefined,
  ) {}

  /** @throws Refusal when there is no such stream */
  static async of(client: Client, filter: EventFilter, stream: GivenStream | undefined): Promise<LogLines> {
    if (stream === undefined) return new LogLines(client, filter, '/events', undefined);
    const { kind } = stream;
    const id = await completeLoggedId(client, kind, stream.id);
    return new LogLines(client, filter, kind.eventsPath(id), kind.streamPrefix + id);
  }

  /** Those in the log now, oldest first, after a position. */
  async *all(after = 0): AsyncGenerator<EventLine> {
    const { type, since } = this.filter;
    const query = queryOf({ type, recorded_from: since, after: after === 0 ? '' : String(after) });
    for await (const line of this.client.lines(this.path + query)) {
      const event = JSON.parse(line) as ToldEvent;
      if (this.isWanted(event)) yield { event, line };
    }
  }

  /** The last `count` of them, oldest first: looked for from the end of the log, in steps that grow. */
  async last(count: number): Promise<EventLine[]> {
    const end = await endOf(this.client);
    for (let window = 4 * count; ; window *= 8) {
      const after = Math.max(0, end - window);
      const found: EventLine[] = [];
      for await (const one of this.all(after)) {
        found.push(one);
        if (found.length > count) found.shift();
      }
      if (after === 0 || found.length === count) return found;
    }
  }

  /** Those that come after a position, until the service ends the stream or `signal` aborts. */
  async *live(after: number, signal: AbortSignal): AsyncGenerator<EventLine> {
    for await (const { data } of (await this.client.events('/events/stream', String(after), signal)) ?? []) {
      const event = JSON.parse(data) as ToldEvent;
      if (this.isWanted(event)) yield { event, line: data };
    }
  }

  private isWanted({ type, stream_id: streamId, recorded_at: at, metadata }: ToldEvent): boolean {
    const { actor, correlation, type: wanted, since } = this.filter;
    return (
      (this.streamId === undefined || streamId === this.streamId) &&
      (wanted === undefined || type === wanted) &&
      (actor === undefined || metadata.actor === actor) &&
      (correlation === undefined || metadata.correlation_id === correlation) &&
      at >= since
    );
  }
}

/** The position of the last event. */
export async function endOf(client: Client): Promise<number> {
  const { items } = await client.get<{ items: { position: number; lag: number }[] }>('/admin/projections');
  return Math.max(0, ...items.map(({ position, lag }) => position + lag));
}

/** What is not given, or empty, is not asked for. */
export function queryOf(given: Readonly<Record<string, string | undefined>>): string {
  const wanted = Object.entries(given).filter(([, value]) => value !== undefined && value !== '');
  return wanted.length === 0 ? '' : `?${new URLSearchParams(wanted as [string, string][]).toString()}`;
}
