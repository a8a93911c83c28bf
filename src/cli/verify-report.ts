// A verification in words.
import type { Verification } from '../audit/verifier.js';
import { counted } from './terminal.js';

type Difference = Verification['differences'][number];

export function verificationLines(verification: Verification): string[] {
  const { ok, events, streams, difference_count: count, differences, problems, warnings } = verification;
  const verdict = ok
    ? 'The tables are what the events say'
    : `${counted(count, 'difference')}, ${counted(problems.length, 'problem')}`;
  return [
    ...warningLines(warnings),
    ...problems.map((problem) => `The log: ${problem}`),
    ...differences.map(sentenceOf),
    ...(count > differences.length ? [`… and ${count - differences.length} more`] : []),
    `${verdict}: ${counted(events, 'event')} of ${counted(streams['job'] ?? 0, 'job')}.`,
  ];
}

/** What agreement does not cover. */
export const warningLines = (warnings: readonly string[]): string[] =>
  warnings.map((warning) => `Warning: ${warning}`);

function sentenceOf({ table, column, expected, actual, ...key }: Difference): string {
  const row = [table, ...Object.values(key)].join(' ');
  if (column !== undefined) {
    return `${row}: ${column} is ${JSON.stringify(actual)}; the events say ${JSON.stringify(expected)}`;
  }
  return actual === null ? `${row}: the row is missing` : `${row}: no event knows this row`;
}
