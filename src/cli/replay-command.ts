// `daybook replay <job>`: a job's life, event by event, with the state after each.
import { Log, type LoggedEvent } from '../event-store/log.js';
import { evolve } from '../simulation/domain/evolve.js';
import { statusOf, type JobState } from '../simulation/domain/job.js';
import { jobs } from '../simulation/jobs.js';
import { streamOf } from '../simulation/commands/job-streams.js';
import { viewOfJob } from '../simulation/queries/views.js';
import { completeJobId, loggedJobIdsBeginning } from './job-id.js';
import { Refused } from './outcome.js';
import { print, reading, type DatabaseOption } from './cli-environment.js';

const pageSize = 500;

export async function replay(given: string, options: DatabaseOption & { json?: boolean }): Promise<void> {
  await reading(options, async (reader) => {
    const jobId = await completeJobId(given, (prefix) => loggedJobIdsBeginning(reader, prefix));
    const log = new Log(reader);
    const end = log.end();
    let state: JobState;
    for (let position = 0; position < end;) {
      const page = log.page(position, end, pageSize, { streamId: streamOf(jobId) });
      for (const event of page.events) {
        state = evolve(state, jobs.codec.decode(event));
        print(options.json === true ? jsonLine(event, state) : textLine(event, state));
      }
      position = page.scannedTo;
      await Promise.resolve();
    }
    if (state === undefined) throw new Refused(`There is no job ${jobId}.`);
  });
}

const jsonLine = (event: LoggedEvent, state: JobState): string =>
  JSON.stringify({
    ...event,
    data: JSON.parse(event.data) as unknown,
    metadata: JSON.parse(event.metadata) as unknown,
    state: state && viewOfJob(state),
  });

function textLine(event: LoggedEvent, state: JobState): string {
  const { date, model, attempt } = JSON.parse(event.data) as {
    date?: string;
    model?: string;
    attempt?: number;
  };
  const what = date === undefined ? '' : ` ${date} ${model ?? ''} #${attempt ?? ''}`;
  const after = state === undefined ? '' : `${statusOf(state)} ${countsOf(state.counts)}`;
  return `${String(event.version).padStart(6)}  ${event.recorded_at}  ${(event.type + what).padEnd(60)}  → ${after}`;
}

const countsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
