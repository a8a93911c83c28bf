// A job with all its model-days, read by somebody slow.
import { QueryBus } from '@nestjs/cqrs';
import { historyMs, ReadJobHistory } from '../../../src/simulation/queries/job-history.js';
import { snapshotMs } from '../../../src/simulation/queries/job-details.js';
import { ReadJobWithDetails } from '../../../src/simulation/queries/job-queries.js';
import { HeldRuntime } from '../../support/held-runtime.js';
import { startTestService, type TestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();
const runtime = new HeldRuntime([snapshotMs, historyMs]);
const models = Array.from({ length: 2_000 }, (_, index) => `model-${index}`);
let service: TestService;
let jobId: string;

beforeEach(async () => {
  service = await startTestService(place, {}, { runtime });
  const { body } = await service.post('/simulate/trigger', { date_range: ['2025-01-16'], models });
  jobId = body.job_id;
});

const queries = () => service.service.app.get(QueryBus, { strict: false });

/** Whether nobody has a snapshot of what was there before a commit. */
const isFree = async (): Promise<boolean> => {
  const [row] = await service.beside.rows<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)');
  return row!.busy === 0;
};

const start = (model: string) =>
  service.post(`${service.modelDay(jobId, '2025-01-16', model)}/start`, { worker: 'tester' });

it('holds a snapshot no longer than its time, and goes on as if it had', async () => {
  const reader = await queries().execute(new ReadJobWithDetails(jobId));
  const pieces = reader[Symbol.asyncIterator]();
  let text = (await pieces.next()).value as string;
  await service.post('/simulate/trigger', { date_range: ['2025-01-17'], models: ['another'] });
  expect(await isFree()).toBe(false);
  runtime.ring(snapshotMs);
  expect(await isFree()).toBe(true);
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next())
    text += String(next.value);
  const { body } = await service.get(`/simulate/status/${jobId}`);
  expect(JSON.parse(text)).toEqual(body);
  expect(body.progress.details).toHaveLength(models.length);
  expect(runtime.waiting).not.toContain(snapshotMs);
});

it('is not told of two moments in one answer', async () => {
  const reader = await queries().execute(new ReadJobWithDetails(jobId));
  const pieces = reader[Symbol.asyncIterator]();
  await pieces.next();
  await start('model-0');
  runtime.ring(snapshotMs);
  const readOn = async () => {
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next());
  };
  await expect(readOn()).rejects.toThrow(`job ${jobId} changed while a slow reader read it`);
  expect(runtime.waiting).not.toContain(snapshotMs);
});

it('lets go of everything when its reader leaves before the first piece', async () => {
  const reader = await queries().execute(new ReadJobWithDetails(jobId));
  await start('model-0');
  expect(await isFree()).toBe(false);
  reader.destroy();
  expect(await isFree()).toBe(true);
  expect(runtime.waiting).not.toContain(snapshotMs);
});

it('gives its place among those who read histories to the next when it takes too long', async () => {
  const history = () => queries().execute(new ReadJobHistory(jobId, { version: 1 }));
  const slow = [await history(), await history()];
  const third = history();
  runtime.ring(historyMs);
  const pieces: string[] = [];
  for await (const piece of await third) pieces.push(piece as string);
  expect(JSON.parse(pieces.join('')).progress.details).toHaveLength(models.length);
  const readOn = async () => {
    for await (const piece of slow[0]!) expect(piece).toEqual(expect.any(String));
  };
  await expect(readOn()).rejects.toThrow('60 seconds');
  for (const reader of slow) reader.destroy();
});
