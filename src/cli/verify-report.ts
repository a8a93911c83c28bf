// A verification in words.
import type { Verification } from '../audit/verifier.js';
import type { Difference } from '../projection/row-comparison.js';
import { print } from './cli-environment.js';

export function tellVerification(verification: Verification): void {
  const { ok, events, streams, difference_count: count, differences, problems, warnings } = verification;
  for (const warning of warnings) print(`Warning: ${warning}`);
  for (const problem of problems) print(`The log: ${problem}`);
  for (const difference of differences) print(sentenceOf(difference));
  if (count > differences.length) print(`… and ${count - differences.length} more`);
  const verdict = ok
    ? 'The tables are what the events say'
    : `${count} difference(s), ${problems.length} problem(s)`;
  print(`${verdict}: ${events} events of ${streams['job'] ?? 0} jobs.`);
}

function sentenceOf({ table, column, expected, actual, ...key }: Difference): string {
  const row = [table, ...Object.values(key)].join(' ');
  if (column !== undefined) {
    return `${row}: ${column} is ${JSON.stringify(actual)}; the events say ${JSON.stringify(expected)}`;
  }
  return actual === null ? `${row}: the row is missing` : `${row}: no event knows this row`;
}
