// `daybook log`: the events, filtered, also as they come; or the commands that were refused.
import type { Client } from '../client/client.js';
import { following } from './following.js';
import { endOf, LogLines, type EventFilter, type EventLine, type GivenStream } from './log-lines.js';
import { refusalLine, refusals } from './refused.js';
import { Interrupted } from './shell.js';
import { timeSince } from './since.js';
import type { KindWords, ToldEvent } from './terminal-kind.js';
import type { Target, TargetOptions } from './target.js';
import type { Targets } from './targets.js';
import { oneLine } from './terminal.js';

export interface LogOptions extends TargetOptions {
  actor?: string;
  type?: string;
  correlation?: string;
  since?: string;
  limit?: number;
  /** Only the last so many. */
  tail?: number;
  follow?: boolean;
  refused?: boolean;
  json?: boolean;
}

/** What is asked for. */
interface Wanted {
  options: LogOptions;
  filter: EventFilter;
  /** The stream whose events are wanted; of all when not given. */
  of: GivenStream | undefined;
}

/** @param kinds which there are, to tell what could have been asked for */
export async function showLog(
  options: LogOptions,
  of: GivenStream | undefined,
  targets: Targets,
  kinds: readonly KindWords[],
): Promise<void> {
  const { shell } = targets;
  const since = options.since === undefined ? '' : timeSince(options.since);
  const wanted = { options, of, filter: { ...options, since } };
  let printed = 0;
  const print = async (lines: AsyncIterable<string>): Promise<void> => {
    for await (const line of lines) {
      shell.print(line);
      printed += 1;
      if (printed === options.limit) return;
    }
  };
  if (options.follow === true) {
    await shell.interruptible(async (signal) => {
      await print(followedLines(wanted, targets, signal));
      if (signal.aborted) throw new Interrupted();
    });
    return;
  }
  await targets.on(options, ({ client }) => print(linesOf(wanted, client)));
  if (printed === 0) shell.tell(await nothingFound(options, kinds));
}

async function* linesOf({ options, filter, of }: Wanted, client: Client): AsyncGenerator<string> {
  if (options.refused === true) {
    for await (const refused of refusals(client, filter, of?.id))
      yield options.json === true ? JSON.stringify(refused) : refusalLine(refused);
    return;
  }
  const lines = await LogLines.of(client, filter, of);
  for await (const found of present(lines, options)) yield textOf(found, options);
}

async function* followedLines(wanted: Wanted, targets: Targets, signal: AbortSignal): AsyncGenerator<string> {
  for await (const found of followed(wanted, targets, signal)) yield textOf(found, wanted.options);
}

/** What is in the log now. */
async function* present(lines: LogLines, { tail }: LogOptions): AsyncGenerator<EventLine> {
  if (tail === undefined) yield* lines.all();
  else yield* await lines.last(tail);
}

/** What is there, then what comes, from whichever service has the database; each event once. */
async function* followed(
  { options, filter, of }: Wanted,
  targets: Targets,
  signal: AbortSignal,
): AsyncGenerator<EventLine> {
  let position: number | undefined;
  const ask = async function* (target: Target): AsyncGenerator<EventLine> {
    const { client, isService } = target;
    try {
      const lines = await LogLines.of(client, filter, of);
      // Asked before: what comes meanwhile is in both, and told once.
      const end = await endOf(client);
      yield* position === undefined ? present(lines, options) : lines.all(position);
      position = Math.max(position ?? 0, end);
      if (isService) yield* lines.live(position, signal);
      else targets.shell.tell(`No service runs on ${client.name}: waiting for one that writes.`);
    } finally {
      await target.close();
    }
  };
  for await (const found of following(targets, options, signal, ask)) {
    if (position !== undefined && found.event.position <= position) continue;
    yield found;
    position = Math.max(position ?? 0, found.event.position);
  }
}

const textOf = ({ event, line }: EventLine, { json }: LogOptions): string =>
  json === true ? line : lineOf(event);

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

/** So that a wrong name is not taken for an empty log. */
async function nothingFound({ type, refused }: LogOptions, kinds: readonly KindWords[]): Promise<string> {
  if (refused === true) return 'No such command was refused.';
  if (type === undefined) return 'There are no such events.';
  const types = await Promise.all(kinds.map((kind) => kind.eventTypes()));
  if (types.flat().includes(type)) return `There are no such events of the type ${type}.`;
  const told = kinds.map(({ noun }, at) => `Those of a ${noun} are ${types[at]?.join(', ') ?? ''}.`);
  return [`There are no events of the type ${oneLine(type)}.`, ...told].join(' ');
}
