// A module executor lives in the process of the service: what it prints is a line of the log, and an error that it lets
// nobody catch is told there before the service stops.
import { workplace } from '../support/workplace.js';
import { settingsIn, startDaybook, type Exit } from './daybook-process.js';

const place = workplace();

type Line = Record<string, unknown>;

/** Every line has to be JSON. */
const logOf = ({ stdout }: Exit): Line[] => stdout.map((line) => JSON.parse(line) as Line);

let count = 0;

/** A service whose executor is this body of a function; the grid has two models on one date. */
async function startWith(body: string, models = ['a', 'b']) {
  count += 1;
  const source = `
    import { setTimeout as pause } from 'node:timers/promises';
    console.log('loaded');
    export async function runTradingSession({ model, signal }) { ${body} }
  `;
  const module = place.write(`module-${count}/module.mjs`, source);
  const settings = settingsIn(place, `module-${count}`, {
    EXECUTOR: `module:${module}`,
    SHUTDOWN_GRACE_MS: '0',
    MAX_ATTEMPTS: '1',
  });
  const service = await startDaybook(settings);
  const { body: job } = await service.post('/simulate/trigger', { date_range: ['2025-01-16'], models });
  return { service, settings, jobId: job.job_id };
}

it('its prints are lines of the log with the name of the model-day', async () => {
  const { service, jobId } = await startWith(`
    console.log('from %s', model);
    await pause(1);
    process.stdout.write('in two ');
    await pause(5);
    process.stdout.write(Buffer.from('pieces ' + model + '\\n\\nand without an end'));
    console.error('on the other stream');
  `);
  expect((await service.ended(jobId)).body.status).toBe('completed');
  const exit = await service.end('SIGTERM');
  expect(exit).toMatchObject({ code: 0, stderr: '' });
  const prints = logOf(exit).filter(({ printed }) => printed !== undefined);
  expect(prints[0]).toMatchObject({ level: 30, printed: 'stdout', msg: 'loaded' });
  for (const model of ['a', 'b'])
    expect(prints.filter((print) => print['model'] === model)).toEqual(
      [
        { level: 30, printed: 'stdout', msg: `from ${model}` },
        { level: 30, printed: 'stdout', msg: `in two pieces ${model}` },
        { level: 40, printed: 'stderr', msg: 'on the other stream' },
        { level: 30, printed: 'stdout', msg: 'and without an end' },
      ].map((print) => expect.objectContaining({ ...print, job_id: jobId, date: '2025-01-16', attempt: 1 })),
    );
});

it.each([
  ['a rejection', 'unhandledRejection', `Promise.reject(new Error('stray ' + model))`],
  ['an exception', 'uncaughtException', `setTimeout(() => { throw new Error('stray ' + model); })`],
])('%s that nobody catches is a fatal line, and the service stops cleanly', async (_, origin, stray) => {
  const { service, settings, jobId } = await startWith(
    `${stray}; await new Promise((_, reject) => signal.addEventListener('abort', reject));`,
    ['a'],
  );
  const exit = await service.exit;
  expect(exit).toMatchObject({ code: 1, stderr: '' });
  expect(logOf(exit).filter(({ level }) => level === 60)).toEqual([
    expect.objectContaining({
      origin,
      model: 'a',
      job_id: jobId,
      msg: 'nobody caught an error: the service stops',
      err: expect.objectContaining({ message: 'stray a', stack: expect.stringContaining('module.mjs') }),
    }),
  ]);
  // It gave back what it was running.
  const next = await startDaybook({ ...settings, EXECUTOR: 'none' });
  const { body } = await next.get(next.modelDay(jobId, '2025-01-16', 'a'));
  expect(body).toMatchObject({ status: 'pending', attempts: [{ outcome: 'released' }] });
  await next.end('SIGTERM');
});
