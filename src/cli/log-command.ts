// `daybook log`: the events, filtered.
import type { Client } from '../client/client.js';
import { timeSince } from './since.js';
import { completeLoggedId } from './stream-id.js';
import type { KindWords, ToldEvent } from './terminal-kind.js';
import type { TargetOptions } from './target.js';
import type { Targets } from './targets.js';
import { oneLine } from './terminal.js';

export interface LogOptions extends TargetOptions {
  actor?: string;
  type?: string;
  correlation?: string;
  since?: string;
  limit?: number;
  refused?: boolean;
  json?: boolean;
}

/** One stream: which kind, and what was typed as its id. */
export interface GivenStream {
  kind: KindWords;
  id: string;
}

/** @param of the stream whose events are wanted; of all when not given */
export async function showLog(
  options: LogOptions,
  of: GivenStream | undefined,
  targets: Targets,
): Promise<void> {
  const since = options.since === undefined ? '' : timeSince(options.since);
  await targets.on(options, async ({ client }) => {
    const lines =
      options.refused === true
        ? refusalLines(client, { ...options, since }, of?.id)
        : eventLines(client, { ...options, since }, of);
    let wanted = options.limit ?? Infinity;
    for await (const line of lines) {
      targets.shell.print(line);
      wanted -= 1;
      if (wanted === 0) return;
    }
  });
}

interface Refused {
  recorded_at: string;
  actor: string;
  correlation_id: string;
  command: string;
  code: string;
  status: number;
}

/** Commands that were refused: no events, so only what every refusal has can be asked for. */
async function* refusalLines(
  client: Client,
  { actor, correlation, since, json }: LogOptions & { since: string },
  id = '',
): AsyncGenerator<string> {
  for (let after: string | null = ''; after !== null;) {
    const query = queryOf({ limit: '1000', actor, after });
    const page: { items: Refused[]; next: string | null } = await client.get(`/audit/refusals${query}`);
    for (const refusal of page.items) {
      const isWanted =
        refusal.recorded_at >= since &&
        refusal.command.includes(id) &&
        (correlation === undefined || refusal.correlation_id === correlation);
      if (isWanted) yield json === true ? JSON.stringify(refusal) : refusalLine(refusal);
    }
    after = page.next;
  }
}

const refusalLine = ({ recorded_at: at, status, code, actor, command }: Refused): string =>
  oneLine([at, status, code.padEnd(22), actor, command].join('  '));

async function* eventLines(
  client: Client,
  { actor, correlation, type, since, json }: LogOptions & { since: string },
  of: GivenStream | undefined,
): AsyncGenerator<string> {
  const path =
    of === undefined ? '/events' : of.kind.eventsPath(await completeLoggedId(client, of.kind, of.id));
  for await (const line of client.lines(path + queryOf({ type, recorded_from: since }))) {
    const event = JSON.parse(line) as ToldEvent;
    const { metadata } = event;
    const isWanted =
      (actor === undefined || metadata.actor === actor) &&
      (correlation === undefined || metadata.correlation_id === correlation);
    if (isWanted) yield json === true ? line : lineOf(event);
  }
}

function lineOf(event: ToldEvent): string {
  const data = JSON.stringify(event.data);
  return oneLine(
    [
      String(event.position).padStart(8),
      event.recorded_at,
      event.stream_id,
      String(event.version).padStart(6),
      event.type.padEnd(22),
      event.metadata.actor,
      data.length > 200 ? `${data.slice(0, 200)}…` : data,
    ].join('  '),
  );
}

/** What is not given, or empty, is not asked for. */
function queryOf(given: Readonly<Record<string, string | undefined>>): string {
  const wanted = Object.entries(given).filter(([, value]) => value !== undefined && value !== '');
  return wanted.length === 0 ? '' : `?${new URLSearchParams(wanted as [string, string][]).toString()}`;
}
