// The worst bodies that we could think of, to every operation that takes one. A service as it was built, in a process of
// its own: what a request costs is its processor time, which other processes do not change.
import { settingsIn, startDaybook, type Daybook } from '../durability/daybook-process.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let daybook: Daybook;

beforeAll(async () => {
  daybook = await startDaybook(settingsIn(place, 'worst', { LOG_LEVEL: 'info' }));
});

/** In seconds, so far. */
async function processorTime(): Promise<number> {
  const { body } = await daybook.get('/metrics');
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(body)![1]);
}

const limitBytes = 4 * 1_048_576;
const filled = (before: string, piece: string, after: string): string =>
  before + piece.repeat((limitBytes - before.length - after.length) / piece.length) + after;
const names = (count: number, prefix = 'k'): string =>
  Array.from({ length: count }, (_, index) => `"${prefix}${index}":1`).join();

const bodies: [what: string, body: (field: string) => string][] = [
  ['a path that climbs', (field) => filled(`{"${field}":"`, '../', '"}')],
  ['text of spaces', (field) => filled(`{"${field}":"`, ' ', '"}')],
  ['text of emojis', (field) => `{"${field}":"${'😀'.repeat(1_000_000)}"}`],
  ['a list of numbers', (field) => filled(`{"${field}":[0`, ',0', ']}')],
  ['a list of 100,000 wrong values', (field) => `{"${field}":[0${',7'.repeat(99_999)}]}`],
  ['a list of the same text', (field) => `{"${field}":["m"${',"m"'.repeat(99_999)}]}`],
  ['a list of long numbers', (field) => filled(`{"${field}":[0`, ',1e22', ']}')],
  ['lists in lists', (field) => `{"${field}":${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}}`],
  ['objects in objects', (field) => `{"${field}":${'{"a":'.repeat(600_000)}1${'}'.repeat(600_000)}}`],
  ['empty objects', (field) => filled(`{"${field}":[0`, ',{}', ']}')],
  ['300,000 fields', (field) => `{"${field}":1,${names(300_000)}}`],
  ['as many fields as may be', () => `{${names(65_000)}}`],
  [
    'as many members as may be',
    (field) => `{"${field}":[${['a', 'b', 'c', 'd'].map((one) => `{${names(65_000, one)}}`).join()}]}`,
  ],
];

const operations: [path: string, ...fields: string[]][] = [
  ['/simulate/trigger', 'config_path', 'models', 'date_range', 'start_date'],
  ['/jobs/x/cancel', 'reason'],
  ['/jobs/x/retry', 'reason'],
  ['/jobs/x/model-days/2025-01-06/m/start', 'worker'],
  ['/jobs/x/model-days/2025-01-06/m/complete', 'result'],
  ['/jobs/x/model-days/2025-01-06/m/fail', 'error'],
  ['/jobs/x/model-days/2025-01-06/m/heartbeat', 'progress'],
  ['/admin/jobs/cleanup', 'older_than_days'],
  ['/admin/projections/rebuild', 'projection'],
];

/** It is a tenth for the densest; walking any of these in a wrong way takes two seconds and more. */
const secondsMax = 0.75;

it.each(bodies)('%s costs no more than its length', async (_, make) => {
  for (const [path, ...fields] of operations)
    for (const field of fields) {
      const before = await processorTime();
      const { status } = await daybook.post(path, make(field));
      expect({ path, field, status }).toEqual({ path, field, status: 422 });
      expect((await processorTime()) - before).toBeLessThan(secondsMax);
      expect((await daybook.get('/health')).status).toBe(200);
    }
});

it('ends when it is told to', async () => {
  expect(await daybook.end('SIGTERM')).toMatchObject({ code: 0 });
});
