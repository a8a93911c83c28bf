// A model-day as a piece of work: its name in its stream.
import { streamOf, subjectOf } from '../../event-store/kind.js';
import type { WorkId } from '../../work/leases.js';
import { jobStreams } from '../stream-kind.js';

export interface ModelDayId {
  jobId: string;
  date: string;
  model: string;
}

export const workKeyOf = (date: string, model: string): string => `${date} ${model}`;

export const workOf = ({ jobId, date, model }: ModelDayId): WorkId => ({
  streamId: streamOf(jobStreams, jobId),
  workKey: workKeyOf(date, model),
});

export const dateAndModelOf = (workKey: string): Omit<ModelDayId, 'jobId'> => ({
  date: workKey.slice(0, 10),
  model: workKey.slice(11),
});

export const jobIdOf = (streamId: string): string => subjectOf(jobStreams, streamId);
