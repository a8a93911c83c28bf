// `daybook log`: the events, filtered.
import { readRefusals, type KeptRefusal } from '../audit/refusals.js';
import { Log, type LoggedEvent } from '../event-store/log.js';
import { jsonOf } from '../http/event-formats.js';
import { streamOf } from '../simulation/job-streams.js';
import { print, reading, type DatabaseOption } from './cli-environment.js';
import { completeJobId, loggedJobIdsBeginning } from './job-id.js';
import { timeSince } from './since.js';

export interface LogOptions extends DatabaseOption {
  job?: string;
  actor?: string;
  type?: string;
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
      const found = page
        .filter(({ command, recorded_at: at }) => at >= since && command.includes(options.job ?? ''))
        .slice(0, wanted);
      for (const refusal of found)
        print(options.json === true ? JSON.stringify(refusal) : refusalLine(refusal));
      wanted -= found.length;
      after = page.at(-1)?.id ?? after;
      if (page.length < pageSize) return;
      await Promise.resolve();
    }
  });
}

const refusalLine = ({ recorded_at: at, status, code, actor, command }: KeptRefusal): string =>
  [at, status, code.padEnd(22), actor, command].join('  ');

async function showEvents(options: LogOptions): Promise<void> {
  await reading(options, async (reader) => {
    const { job } = options;
    const jobId = job && (await completeJobId(job, (prefix) => loggedJobIdsBeginning(reader, prefix)));
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
      const found = page.events.filter((event) => isBy(event, options.actor)).slice(0, wanted);
      for (const event of found) print(options.json === true ? jsonOf(event) : lineOf(event));
      wanted -= found.length;
      position = page.scannedTo;
      await Promise.resolve();
    }
  });
}

const actorOf = (event: LoggedEvent): string => (JSON.parse(event.metadata) as { actor: string }).actor;

const isBy = (event: LoggedEvent, actor: string | undefined): boolean =>
  actor === undefined || actorOf(event) === actor;

const lineOf = (event: LoggedEvent): string =>
  [
    String(event.position).padStart(8),
    event.recorded_at,
    event.stream_id,
    String(event.version).padStart(6),
    event.type.padEnd(22),
    actorOf(event),
    event.data.length > 200 ? `${event.data.slice(0, 200)}…` : event.data,
  ].join('  ');
