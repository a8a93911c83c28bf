// `/metrics` of a real service, and how it moves with real commands.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillDisk } from '../database/test-database.js';
import { engineOf } from '../../src/database/engines.js';
import { startTestService, type TestService } from '../support/service.js';
import { kinds } from '../../src/kinds.js';
import { workplace } from '../support/workplace.js';
import { ScriptedExecutor } from '../work/scripted-executor.js';
import { until } from '../support/until.js';
import { readPrometheus, valueOf, type Family } from './prometheus-text.js';

const place = workplace();
const date = '2025-01-16';

async function scrape(service: TestService): Promise<Map<string, Family>> {
  const { status, headers, body } = await service.get('/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return readPrometheus(body);
}

/** How far samples have moved since `before`, once the last answer has gone out for the service too. */
const moved = (before: Map<string, Family>, after: Map<string, Family>, name: string, labels = {}): number =>
  valueOf(after, name, labels) - valueOf(before, name, labels);

/** For each set of labels: no bucket is smaller than the one before, and the last one holds all. */
function expectCumulative(name: string, { samples }: Family): void {
  const series = new Map<string, number[]>();
  for (const { name: sample, labels, value } of samples) {
    const { le, ...others } = labels;
    const key = JSON.stringify(others);
    if (le !== undefined) series.set(key, [...(series.get(key) ?? []), value]);
    if (sample === `${name}_count`) expect(series.get(key)?.at(-1)).toBe(value);
  }
  for (const buckets of series.values())
    expect(buckets).toEqual(buckets.toSorted((one, other) => one - other));
}

it('is Prometheus text, named by its conventions, and every name is documented', async () => {
  const service = await startTestService(place);
  await service.post('/simulate/trigger', { date_range: [date], models: ['a'] });
  const families = await scrape(service);
  const ours = [...families].filter(([name]) => name.startsWith('daybook_'));
  expect(ours.length).toBeGreaterThan(12);
  const operations = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  for (const [name, { type, help }] of ours) {
    expect(operations).toContain(`\`${name}\``);
    expect(help).toMatch(/\w/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (name.includes('duration')) expect(name).toMatch(/_seconds$/);
  }
  for (const [name, family] of ours) {
    if (family.type === 'histogram') expectCumulative(name, family);
  }
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ])
    expect(families.has(name)).toBe(true);
});

it('counts commands by kind and outcome', async () => {
  const service = await startTestService(place);
  const before = await scrape(service);
  const request = { date_range: [date], models: ['a', 'b'] };
  const { body: job } = await service.post('/simulate/trigger', request);
  await service.post('/simulate/trigger', request);
  await service.post('/simulate/trigger', { ...request, models: ['other'] });
  const a = service.modelDay(job.job_id, date, 'a');
  await service.post(`${a}/start`, { worker: 'w' });
  await service.post(`${a}/start`, { worker: 'w' });
  await service.post(`${a}/complete`, { attempt: 1 });
  await service.post(`${a}/complete`, { attempt: 1 });
  await service.post(`${a}/complete`, { attempt: 2 });
  const b = service.modelDay(job.job_id, date, 'b');
  await service.post(`${b}/start`, { worker: 'w' });
  await fillDisk(service.service.database, 0);
  await service.post(`${b}/complete`, { attempt: 1, result: 'x'.repeat(200_000) });
  await fillDisk(service.service.database, null);

  const after = await scrape(service);
  const commands = (kind: string, outcome: string): number =>
    moved(before, after, 'daybook_commands_total', { kind, outcome });
  expect(commands('CreateJob', 'accepted')).toBe(1);
  expect(commands('CreateJob', 'repeated')).toBe(1);
  expect(commands('CreateJob', 'refused')).toBe(1);
  expect(commands('StartModelDay', 'refused')).toBe(1);
  expect(commands('CompleteModelDay', 'accepted')).toBe(1);
  expect(commands('CompleteModelDay', 'repeated')).toBe(1);
  expect(commands('CompleteModelDay', 'refused')).toBe(1);
  expect(commands('CompleteModelDay', 'failed')).toBe(1);
  expect(moved(before, after, 'daybook_unwritten_commands_total', { reason: 'full' })).toBe(1);
  expect(moved(before, after, 'daybook_command_duration_seconds_count', { kind: 'CreateJob' })).toBe(3);
  expect(moved(before, after, 'daybook_command_duration_seconds_sum', { kind: 'CreateJob' })).toBeGreaterThan(
    0,
  );
});

it('counts what admins ask for as commands too', async () => {
  // As they were built: the threads are programs of their own.
  const programs = new URL('../../dist/', import.meta.url).href;
  const built = { ...kinds, url: new URL('kinds.js', programs).href };
  const service = await startTestService(place, {}, { programs, kinds: built });
  const before = await scrape(service);
  expect((await service.post('/admin/projections/rebuild', { projection: 'nothing' })).status).toBe(404);
  const { body: rebuild } = await service.post('/admin/projections/rebuild', {});
  await service.post(`/admin/projections/rebuild/${rebuild.id}/cancel`, {});
  expect((await service.post('/admin/verify', {})).status).toBe(200);
  await service.post('/admin/jobs/cleanup', { older_than_days: 1 });
  const after = await scrape(service);
  const commands = (kind: string, outcome: string): number =>
    moved(before, after, 'daybook_commands_total', { kind, outcome });
  expect(commands('StartRebuild', 'refused')).toBe(1);
  expect(commands('StartRebuild', 'accepted')).toBe(1);
  expect(commands('CancelRebuild', 'accepted')).toBe(1);
  expect(commands('VerifyLog', 'accepted')).toBe(1);
  expect(commands('CleanUp', 'accepted')).toBe(1);
});

it('tells how old the newest checkpoint and the last verification are, once there are such', async () => {
  const programs = new URL('../../dist/', import.meta.url).href;
  const built = { ...kinds, url: new URL('kinds.js', programs).href };
  const service = await startTestService(place, {}, { programs, kinds: built });
  const gauges = async (): Promise<string[]> => {
    const { body } = await service.get('/metrics');
    return (body as string).match(/^daybook_(checkpoint|verification)_\w+ [\d.e-]+$/gm) ?? [];
  };
  expect(await gauges()).toEqual([]);
  await service.get('/audit/checkpoint');
  expect(await gauges()).toEqual([expect.stringMatching(/^daybook_checkpoint_age_seconds \d/)]);
  await service.post('/admin/verify', {});
  expect(await gauges()).toEqual([
    expect.stringMatching(/^daybook_checkpoint_age_seconds \d/),
    expect.stringMatching(/^daybook_verification_age_seconds \d/),
    'daybook_verification_ok 1',
  ]);
});

it('tells how many commands share a commit, and how long it takes', async () => {
  const service = await startTestService(place);
  const models = Array.from({ length: 40 }, (_, n) => `m${n}`);
  const { body: job } = await service.post('/simulate/trigger', { date_range: [date], models });
  const before = await scrape(service);
  await Promise.all(
    models.map((model) =>
      service.post(`${service.modelDay(job.job_id, date, model)}/start`, { worker: 'w' }),
    ),
  );
  const after = await scrape(service);
  const transactions = moved(before, after, 'daybook_transaction_commands_count');
  expect(moved(before, after, 'daybook_transaction_commands_sum')).toBeGreaterThanOrEqual(40);
  expect(transactions).toBeGreaterThan(0);
  for (const name of ['daybook_transaction_duration_seconds', 'daybook_commit_duration_seconds']) {
    expect(moved(before, after, `${name}_count`)).toBe(transactions);
    expect(moved(before, after, `${name}_sum`)).toBeGreaterThan(0);
  }
  const whole = moved(before, after, 'daybook_transaction_duration_seconds_sum');
  expect(moved(before, after, 'daybook_commit_duration_seconds_sum')).toBeLessThanOrEqual(whole);
  expect(valueOf(after, 'daybook_write_queue_commands')).toBe(0);
});

it('shows jobs and model-days by status, the log, and what the built-in worker does', async () => {
  const script = new ScriptedExecutor(place);
  const service = await startTestService(place, {
    EXECUTOR: script.setting,
    MAX_ATTEMPTS: '1',
    MAX_ACTIVE_JOBS: '10',
    MODEL_DAY_TIMEOUT_MS: '300',
  });
  const { body: job } = await service.post('/simulate/trigger', {
    date_range: [date],
    models: ['OK a', 'FAIL b', 'HANG c'],
  });
  await service.ended(job.job_id);
  await service.post('/simulate/trigger', { date_range: [date], models: ['HOLD d', 'HOLD e'] });
  await script.seen({ model: 'HOLD e', what: 'starts' });
  await script.seen({ model: 'HOLD d', what: 'starts' });

  const families = await scrape(service);
  const status = (name: string, value: string): number => valueOf(families, name, { status: value });
  const jobs = ['pending', 'running', 'completed', 'partial', 'failed'].map((one) =>
    status('daybook_jobs', one),
  );
  expect(jobs).toEqual([0, 1, 0, 1, 0]);
  const days = ['pending', 'running', 'completed', 'failed'].map((one) => status('daybook_model_days', one));
  expect(days).toEqual([0, 2, 1, 2]);
  expect(valueOf(families, 'daybook_executions_running')).toBe(2);
  for (const outcome of ['completed', 'executor_error', 'timeout'])
    expect(valueOf(families, 'daybook_execution_duration_seconds_count', { outcome })).toBe(1);
  expect(valueOf(families, 'daybook_execution_duration_seconds_sum', { outcome: 'timeout' })).toBeGreaterThan(
    0.2,
  );
  const { body } = await service.get('/events?limit=1000');
  expect(valueOf(families, 'daybook_log_events')).toBe(body.items.length);
  script.release('HOLD d');
  script.release('HOLD e');
});

it('counts requests by method, route and status, with the readers of live streams', async () => {
  const service = await startTestService(place);
  await service.get('/jobs');
  await service.get('/jobs?surprise=1');
  await service.get('/jobs/nobody');
  await service.get('/jobs/nobody-else');
  await service.get('/nowhere/at/all');
  const leave = new AbortController();
  await fetch(`${service.url}/events/stream`, { signal: leave.signal });
  const labelsOf = (route: string, status: string) => ({ method: 'GET', route, status });
  const name = 'daybook_http_request_duration_seconds_count';
  const families = await until('the last request is over', async () => {
    const now = await scrape(service);
    return valueOf(now, name, labelsOf('(none)', '404')) === 1 ? now : undefined;
  });
  expect(valueOf(families, name, labelsOf('/jobs', '200'))).toBe(1);
  expect(valueOf(families, name, labelsOf('/jobs', '422'))).toBe(1);
  expect(valueOf(families, name, labelsOf('/jobs/:jobId', '404'))).toBe(2);
  expect(valueOf(families, 'daybook_live_streams')).toBe(1);
  expect(valueOf(families, name, labelsOf('/events/stream', '200'))).toBe(0);
  leave.abort();
  const later = await until('the reader has gone', async () => {
    const now = await scrape(service);
    return valueOf(now, 'daybook_live_streams') === 0 ? now : undefined;
  });
  expect(valueOf(later, name, labelsOf('/events/stream', '200'))).toBe(1);
});

it('takes no parameters', async () => {
  const service = await startTestService(place);
  expect((await service.get('/metrics?name=x')).status).toBe(422);
});

it('shows what runs, what waits, what failed, what was refused, and what lies on the disk', async () => {
  const service = await startTestService(place, { MAX_ATTEMPTS: '1' });
  const before = await scrape(service);
  expect(before.get('daybook_build_info')?.samples).toMatchObject([
    { labels: { node_version: process.versions.node }, value: 1 },
  ]);
  expect(valueOf(before, 'daybook_ready')).toBe(1);
  expect(valueOf(before, 'daybook_database_size_bytes', { file: 'main' })).toBeGreaterThan(0);
  expect(valueOf(before, 'daybook_database_size_bytes', { file: 'wal' })).toBeGreaterThan(0);
  for (const name of [
    'daybook_oldest_pending_model_day_timestamp_seconds',
    'daybook_last_backup_timestamp_seconds',
  ])
    expect(before.get(name)?.samples).toEqual([]);

  const { body: job } = await service.post('/simulate/trigger', { date_range: [date], models: ['a', 'b'] });
  const oldest = valueOf(await scrape(service), 'daybook_oldest_pending_model_day_timestamp_seconds');
  expect(new Date(oldest * 1_000).toISOString()).toBe(
    (await service.get(`/jobs/${job.job_id}`)).body.created_at,
  );

  const a = service.modelDay(job.job_id, date, 'a');
  await service.post(`${a}/start`, { worker: 'w' });
  await service.post(`${a}/fail`, { attempt: 1, error: 'broken' });
  await service.post(`${a}/complete`, { attempt: 7 });
  engineOf(service.databaseUrl).files?.noteBackup(Date.parse('2025-01-20T00:00:00Z'));
  const after = await scrape(service);
  expect(after.get('daybook_failed_attempts_total')?.samples).toMatchObject([{ value: 1 }]);
  expect(after.get('daybook_refusals_total')?.samples).toMatchObject([{ value: 1 }]);
  expect(valueOf(after, 'daybook_last_backup_timestamp_seconds')).toBe(Date.parse('2025-01-20') / 1_000);
});
