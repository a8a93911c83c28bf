// The rule of the status again, slowly and word for word: what the quick one is compared with.
import type { Job } from '../../../src/simulation/domain/job.js';
import type { ModelDay } from '../../../src/simulation/domain/model-day.js';
import type { JobStatus, ModelDayStatus } from '../../../src/simulation/domain/status.js';

export function countsOf(statuses: readonly ModelDayStatus[]): Record<ModelDayStatus, number> {
  const count = (wanted: ModelDayStatus) => statuses.filter((status) => status === wanted).length;
  return {
    pending: count('pending'),
    running: count('running'),
    completed: count('completed'),
    failed: count('failed'),
  };
}

export function ruleOf(statuses: readonly ModelDayStatus[], everStarted: boolean): JobStatus {
  const ended = statuses.every((status) => status === 'completed' || status === 'failed');
  if (!ended) return everStarted ? 'running' : 'pending';
  if (statuses.every((status) => status === 'completed')) return 'completed';
  if (statuses.every((status) => status === 'failed')) return 'failed';
  return 'partial';
}

export const modelDaysOf = ({ modelDays }: Job): ModelDay[] =>
  Array.from({ length: modelDays.length }, (_, index) => modelDays.at(index));
