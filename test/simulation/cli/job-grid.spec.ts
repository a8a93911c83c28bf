// The grid of model-days in as much room as there is.
import fc from 'fast-check';
import { gridLines, type GridView } from '../../../src/simulation/cli/job-grid.js';
import type { ModelDayStatus } from '../../../src/simulation/domain/status.js';

const plain = (_colour: string, text: string): string => text;

const dayMs = 24 * 60 * 60 * 1000;

function grid(
  dateCount: number,
  modelCount: number,
  statusAt: (date: number, model: number) => ModelDayStatus,
): GridView {
  const dates = Array.from({ length: dateCount }, (_, at) =>
    new Date(Date.UTC(2000, 0, 1) + at * dayMs).toISOString().slice(0, 10),
  );
  const models = Array.from({ length: modelCount }, (_, at) => `model-${at}`);
  const modelDays = dates.flatMap((date, dateAt) =>
    models.map((model, modelAt) => ({ date, model, status: statusAt(dateAt, modelAt) })),
  );
  return { dates, models, modelDays };
}

it('shows models down and dates across', () => {
  const statuses: ModelDayStatus[][] = [
    ['completed', 'failed', 'running'],
    ['completed', 'pending', 'pending'],
  ];
  const drawn = gridLines(
    grid(3, 2, (date, model) => statuses[model]![date]!),
    { columns: 80, rows: 20 },
    plain,
  );
  expect(drawn).toEqual([
    '         2000-01-01 … 2000-01-03',
    'model-0  ■ ✗ ▶',
    'model-1  ■ · ·',
    '· pending  ▶ running  ■ completed  ✗ failed',
  ]);
});

it('draws a mark for several dates when they are too many, and says so', () => {
  const isDone = (date: number): ModelDayStatus => (date < 2_600 ? 'completed' : 'pending');
  const drawn = gridLines(grid(5_000, 4, isDone), { columns: 80, rows: 20 }, plain);
  expect(drawn.length).toBeLessThanOrEqual(20);
  expect(drawn.at(-1)).toMatch(/\(a mark is 24 dates\)$/);
  const marksOfFirst = drawn.filter((line) => line.startsWith('model-0')).map((line) => line.slice(9));
  expect(marksOfFirst.join('')).toBe(`${'■'.repeat(108)}▪${'·'.repeat(100)}`);
});

it('fits into any room, and never hides a failure', () => {
  fc.assert(
    fc.property(
      fc.record({
        dates: fc.integer({ min: 1, max: 400 }),
        models: fc.integer({ min: 1, max: 60 }),
        columns: fc.integer({ min: 20, max: 250 }),
        rows: fc.integer({ min: 3, max: 60 }),
        failed: fc.option(fc.tuple(fc.nat(), fc.nat())),
      }),
      ({ dates, models, columns, rows, failed }) => {
        const isFailed = (date: number, model: number): boolean =>
          failed !== null && failed[0] % dates === date && failed[1] % models === model;
        const all = grid(dates, models, (date, model) => (isFailed(date, model) ? 'failed' : 'completed'));
        const drawn = gridLines(all, { columns, rows }, plain);
        expect(drawn.length).toBeLessThanOrEqual(rows);
        const marks = drawn.slice(0, -1).filter((line) => /[■✗]/.test(line));
        for (const line of marks) expect(line.length).toBeLessThanOrEqual(columns);
        expect(marks.join('').split('✗')).toHaveLength(failed === null ? 1 : 2);
      },
    ),
    { numRuns: 200 },
  );
});
