// A model-day as a piece of work: its name among the leases, and what an executor is handed.
import type { WorkId } from '../work/leases.js';
import { streamOf } from './commands/job-streams.js';

export interface ModelDayId {
  jobId: string;
  date: string;
  model: string;
}

export const workOf = ({ jobId, date, model }: ModelDayId): WorkId => ({
  streamId: streamOf(jobId),
  workKey: `${date} ${model}`,
});

export function modelDayOf({ streamId, workKey }: WorkId): ModelDayId {
  return { jobId: streamId.slice('job-'.length), date: workKey.slice(0, 10), model: workKey.slice(11) };
}
