import fc from 'fast-check';
import { resultTextOf } from '../../../src/simulation/queries/result-text.js';

const at = '2025-01-16T14:30:00.000Z';

it('is the very text that was stored, whatever the names and the result are', () => {
  const names = fc.oneof(fc.string(), fc.constantFrom('"result":', '\\', ',"completed_at":"x"}', '😀"}'));
  const values = fc.oneof(fc.jsonValue(), names, fc.record({ result: names, completed_at: names }));
  fc.assert(
    fc.property(names, values, fc.nat(), (model, result, attempt) => {
      const stored = { date: '2025-01-16', model, attempt, result, completed_at: at };
      expect(resultTextOf(JSON.stringify(stored))).toBe(JSON.stringify(result));
    }),
  );
});

it.each([
  [{ completed_at: at, result: [1], model: 'ada' }, '[1]'],
  [{ model: 'ada', completed_at: at }, 'null'],
])('is found in an event of another shape as well: %j', (stored, text) => {
  expect(resultTextOf(JSON.stringify(stored))).toBe(text);
});
