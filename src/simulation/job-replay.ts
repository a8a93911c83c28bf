// How the events of a job are folded and told by `daybook replay`.
import { jobEventSchemas } from './domain/events.js';
import { statusOf, type JobState } from './domain/job.js';
import { jobStreams } from './stream-kind.js';
import { viewOfJob } from './queries/views.js';

export const jobReplay = {
  eventTypes: Object.keys(jobEventSchemas),
  decider: jobStreams.decider,
  codec: jobStreams.codec,
  subjectOf({ data }: { data: object }): string {
    const { date, model, attempt } = data as { date?: string; model?: string; attempt?: number };
    return date === undefined ? '' : `${date} ${model ?? ''} #${attempt ?? ''}`;
  },
  textOf: (state: JobState): string =>
    state === undefined ? '' : `${statusOf(state)} ${countsOf(state.counts)}`,
  viewOf: (state: JobState) => state && viewOfJob(state),
};

const countsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
