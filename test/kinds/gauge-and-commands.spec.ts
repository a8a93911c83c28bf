// What a second kind says to those who use a service: its gauge in the metrics, its commands on the terminal.
import { readPrometheus, valueOf } from '../observability/prometheus-text.js';
import { runDaybook } from '../support/command.js';
import { workplace } from '../support/workplace.js';
import { kinds } from './kinds.js';
import { startTwoKinds, type TwoKinds } from './two-kinds.js';

const place = workplace();
let service: TwoKinds;

beforeAll(async () => {
  service = await startTwoKinds(place);
});

const add = (counter: string, amount: string) =>
  runDaybook(['add', counter, amount], { DATABASE_URL: service.databaseUrl }, kinds);

it('its commands are listed beside those of jobs, and speak to the service', async () => {
  const help = await runDaybook(['--help'], {}, kinds);
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toMatch(
    /^Jobs:\n {2}trigger [^]*^Counters:\n {2}add .*<counter> <amount> +add a number to a counter\n\nHistory:/m,
  );
  expect(await add('a', '5')).toEqual({ code: 0, out: 'a: 5\n', err: '' });
  expect(await add('a', '6')).toEqual({ code: 0, out: 'a: 11\n', err: '' });
});

it('its gauge stands among the metrics, and shows no more what has gone', async () => {
  await add('b', '1');
  await add('c', '2');
  const scrape = async () => readPrometheus((await service.get('/metrics')).body);
  const before = await scrape();
  expect(before.get('daybook_counter_sum')).toMatchObject({ type: 'gauge', help: 'Sums by counter' });
  expect(valueOf(before, 'daybook_counter_sum', { counter: 'b' })).toBe(1);
  expect(valueOf(before, 'daybook_counter_sum', { counter: 'c' })).toBe(2);
  expect(valueOf(before, 'daybook_jobs', { status: 'running' })).toBe(0);
  await service.delete('/counters/b');
  const after = await scrape();
  expect(after.get('daybook_counter_sum')?.samples.map(({ labels }) => labels['counter'])).not.toContain('b');
  expect(valueOf(after, 'daybook_counter_sum', { counter: 'c' })).toBe(2);
});
