// A state as text: two states are equal when their texts are, and a text does not change with what it was made of.
import type { JobState } from '../../../src/simulation/domain/job.js';
import { modelDaysOf } from './naive-rule.js';

export function plain(state: JobState): string {
  if (state === undefined) return 'undefined';
  const { dateIndexes, modelIndexes, ...rest } = state;
  return JSON.stringify({
    ...rest,
    dateIndexes: [...dateIndexes],
    modelIndexes: [...modelIndexes],
    modelDays: modelDaysOf(state),
  });
}
