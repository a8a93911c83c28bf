// `daybook log`: the events, filtered.
import { readRefusals, type KeptRefusal } from '../audit/refusals.js';
import type { Metadata } from '../event-store/event-store.js';
import { Log, type LoggedEvent } from '../event-store/log.js';
import { jsonOf } from '../http/event-formats.js';
import { metadataOfFirst } from '../event-store/stream-origin.js';
import { streamOf } from '../simulation/commands/job-streams.js';
import { print, reading, type DatabaseOption } from './cli-environment.js';
import { completeJobId, loggedJobIdsBeginning } from './job-id.js';
import { Refused } from './outcome.js';
import { timeSince } from './since.js';
import { oneLine } from './terminal.js';

export interface LogOptions extends DatabaseOption {
  job?: string;
  actor?: string;
  type?: string;
  correlation?: string;
  since?: string;
  limit?: number;
  refused?: boolean;
  json?: boolean;
}

const pageSize = 500;

export async function showLog(options: LogOptions): Promise<void> {
  await (options.refused === true ? showRefusals(options) : showEvents(options));
}

/** Commands that were refused: no events, so only what every refusal has can be asked for. */
async function showRefusals(options: LogOptions): Promise<void> {
  const since = options.since === undefined ? '' : timeSince(options.since);
  let wanted = options.limit ?? Infinity;
  await reading(options, async (reader) => {
    for (let after = 0; wanted > 0;) {
      const page = readRefusals(reader, { after, limit: pageSize, actor: options.actor });
      const found = page.filter((refusal) => isWanted(refusal, since, options)).slice(0, wanted);
      for (const refusal of found)
        print(options.json === true ? JSON.stringify(refusal) : refusalLine(refusal));
      wanted -= found.length;
      after = page.at(-1)?.id ?? after;
      if (page.length < pageSize) return;
      await Promise.resolve();
    }
  });
}

const isWanted = (refusal: KeptRefusal, since: string, { job = '', correlation }: LogOptions): boolean =>
  refusal.recorded_at >= since &&
  refusal.command.includes(job) &&
  (correlation === undefined || refusal.correlation_id === correlation);

const refusalLine = ({ recorded_at: at, status, code, actor, command }: KeptRefusal): string =>
  oneLine([at, status, code.padEnd(22), actor, command].join('  '));

async function showEvents(options: LogOptions): Promise<void> {
  await reading(options, async (reader) => {
    const { job } = options;
    const jobId =
      job === undefined
        ? undefined
        : await completeJobId(job, (prefix) => loggedJobIdsBeginning(reader, prefix));
    if (jobId !== undefined && metadataOfFirst(reader, streamOf(jobId)) === undefined)
      throw new Refused(`There is no job ${jobId}.`);
    const filter = {
      streamId: jobId === undefined ? undefined : streamOf(jobId),
      type: options.type,
      recordedFrom: options.since === undefined ? undefined : timeSince(options.since),
    };
    const log = new Log(reader);
    const end = log.end();
    let wanted = options.limit ?? Infinity;
    for (let position = log.startOf(0, filter); position < end && wanted > 0;) {
      const page = log.page(position, end, pageSize, filter);
      const found = page.events.filter((event) => isOf(event, options)).slice(0, wanted);
      for (const event of found) print(options.json === true ? jsonOf(event) : lineOf(event));
      wanted -= found.length;
      position = page.scannedTo;
      await Promise.resolve();
    }
  });
}

const metadataOf = (event: LoggedEvent): Metadata => JSON.parse(event.metadata) as Metadata;

/** By what only the metadata say. */
function isOf(event: LoggedEvent, { actor, correlation }: LogOptions): boolean {
  if (actor === undefined && correlation === undefined) return true;
  const metadata = metadataOf(event);
  return (
    (actor === undefined || metadata.actor === actor) &&
    (correlation === undefined || metadata.correlation_id === correlation)
  );
}

const lineOf = (event: LoggedEvent): string =>
  oneLine(
    [
      String(event.position).padStart(8),
      event.recorded_at,
      event.stream_id,
      String(event.version).padStart(6),
      event.type.padEnd(22),
      metadataOf(event).actor,
      event.data.length > 200 ? `${event.data.slice(0, 200)}…` : event.data,
    ].join('  '),
  );
