// One claim of the built-in worker against a real service, with timers that ring when the test says so.
import { pino } from 'pino';
import { CommandedWork } from '../../src/work/commanded-work.js';
import { Execution } from '../../src/work/execution.js';
import { ModuleExecutor } from '../../src/work/executors/module-executor.js';
import type { Claim } from '../../src/work/work-source.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { ManualRuntime } from '../support/manual-runtime.js';

const place = workplace();
const timeoutMs = 5_000;
const leaseMs = 900;
const renewEveryMs = 300;
const abortGraceMs = 10_000;

interface Running {
  service: TestService;
  runtime: ManualRuntime;
  execution: Execution;
  /** Ends the work with a result. */
  finish: (result: unknown) => void;
  modelDay: () => Promise<any>;
}

/** A job with one model-day, claimed and running until it is finished or aborted. */
async function running(): Promise<Running> {
  const service = await startTestService(place);
  const request = { date_range: ['2025-01-16'], models: ['a'] };
  const { body: job } = await service.post('/simulate/trigger', request);
  const source = service.service.app.get(CommandedWork, { strict: false });
  const { claims } = await source.claim('daybook', () => new Map([['model_day', 1]]));
  const runtime = new ManualRuntime();
  let finish: (result: unknown) => void = () => undefined;
  const work = ({ signal }: Record<string, unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      finish = resolve;
      (signal as AbortSignal).addEventListener('abort', () => {
        reject((signal as AbortSignal).reason as Error);
      });
    });
  const executor = new ModuleExecutor(work, { runtime, resultLimitBytes: 1_000, abortGraceMs });
  const log = pino({ level: 'silent' });
  const timeLimit = { ms: timeoutMs, setting: 'MODEL_DAY_TIMEOUT_MS' };
  const options = { source, executor, runtime, log, timeLimit, leaseMs };
  return {
    service,
    runtime,
    execution: new Execution(claims[0] as Claim, options),
    finish: (result) => {
      finish(result);
    },
    modelDay: async () => (await service.get(service.modelDay(job.job_id, '2025-01-16', 'a'))).body,
  };
}

it('waits for its time limit and its next renewal, and for nothing when it is done', async () => {
  const { runtime, execution, finish, modelDay } = await running();
  expect(runtime.waiting.toSorted((a, b) => a - b)).toEqual([renewEveryMs, timeoutMs]);
  finish('done');
  await execution.done;
  expect(runtime.waiting).toEqual([]);
  expect(await modelDay()).toMatchObject({ status: 'completed', result: 'done' });
});

it('leaves no renewal behind when it ends while one is under way', async () => {
  const { service, runtime, execution } = await running();
  const release = await service.beside.holdWrites();
  runtime.ring(renewEveryMs);
  execution.lose();
  await execution.done;
  await release();
  // The queue keeps the order: when this is done, the renewal has had its answer.
  await service.service.database.probe();
  await runtime.nextTurn();
  expect(runtime.waiting.filter((ms) => ms === renewEveryMs)).toEqual([]);
});

const endings: [string, (all: Running) => void][] = [
  [
    'the time limit',
    ({ runtime }) => {
      runtime.ring(timeoutMs);
    },
  ],
  [
    'a cancellation',
    ({ execution }) => {
      execution.lose();
    },
  ],
  [
    'a shutdown',
    ({ execution }) => {
      execution.shutDown();
    },
  ],
];

it.each(endings)('waits for no renewal and no time limit when it was ended by %s', async (_, end) => {
  const all = await running();
  end(all);
  await all.execution.done;
  expect(all.runtime.waiting.filter((ms) => ms !== abortGraceMs)).toEqual([]);
});

it('waits for no work that has ended: a service that stops can exit at once', async () => {
  const { runtime, execution } = await running();
  execution.shutDown();
  await execution.done;
  expect(runtime.waiting).toEqual([]);
});

it('is ended by the first that ends it: what comes after changes nothing', async () => {
  const { runtime, execution, modelDay } = await running();
  runtime.ring(timeoutMs);
  execution.shutDown();
  await execution.done;
  expect(await modelDay()).toMatchObject({ attempts: [{ failure_code: 'timeout' }] });
});

it('stops when a renewal finds that the attempt is over', async () => {
  const { service, runtime, execution, modelDay } = await running();
  const { body: job } = await service.get('/simulate/current');
  await service.post(`/jobs/${job.job_id}/cancel`);
  runtime.ring(renewEveryMs);
  await execution.done;
  expect(await modelDay()).toMatchObject({ status: 'failed', failure_code: 'cancelled' });
});
