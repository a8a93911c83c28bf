// Rights of others are taken away, and no right is given.
import { chmodSync, statSync } from 'node:fs';
import { makePrivately, narrow } from '../../src/runtime/private-files.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
const modeOf = (path: string): number => statSync(path).mode & 0o777;

it.each([
  [0o644, 0o600],
  [0o666, 0o600],
  [0o440, 0o400],
  [0o400, 0o400],
  [0o600, 0o600],
])('narrows %o to %o', (before, after) => {
  const path = place.write(`of-${before}`, 'something');
  chmodSync(path, before);
  narrow([place.path('not-there'), path]);
  expect(modeOf(path)).toBe(after);
});

it('makes a file for its owner, and leaves one alone that is there', () => {
  const made = place.path('made');
  makePrivately(made);
  expect(modeOf(made)).toBe(0o600);
  const there = place.write('there', 'something');
  chmodSync(there, 0o640);
  makePrivately(there);
  expect(modeOf(there)).toBe(0o640);
});
