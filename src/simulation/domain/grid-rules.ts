// What a grid of model-days must be, whoever asks for it: a job that is empty could never end.
import { Refusal } from '../../runtime/refusal.js';

/** One wrong field: `pointer` is a JSON pointer (RFC 6901) into the request. */
export interface WrongField {
  pointer: string;
  detail: string;
}

/** The values that stand more than once, each named once. */
export function duplicatesIn(values: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) twice.add(value);
    seen.add(value);
  }
  return [...twice];
}

function wrongFieldsOfList(pointer: string, values: readonly string[]): WrongField[] {
  if (values.length === 0) return [{ pointer, detail: 'must name at least one' }];
  return duplicatesIn(values).map((value) => ({ pointer, detail: `names "${value}" more than once` }));
}

/** @throws Refusal `invalid_request` with every problem at once */
export function refuseUnusableGrid(grid: {
  dates: readonly string[];
  models: readonly string[];
  modelDaysMax: number;
}): void {
  const problems = [
    ...wrongFieldsOfList('/date_range', grid.dates),
    ...wrongFieldsOfList('/models', grid.models),
  ];
  const size = grid.dates.length * grid.models.length;
  if (size > grid.modelDaysMax) {
    const detail = `asks for ${size} model-days; one job may have ${grid.modelDaysMax}: ask for fewer dates or models`;
    problems.push({ pointer: '', detail });
  }
  if (problems.length > 0)
    throw new Refusal('invalid', 'invalid_request', 'The job cannot be created.', { errors: problems });
}
