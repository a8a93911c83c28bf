// A process that may have few files open: connections that nobody uses do not take them from the work, and what fails for
// want of them is no failure of a model-day.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from '../support/until.js';
import { workplace } from '../support/workplace.js';
import { startTestService } from '../support/service.js';
import { main, settingsIn, startDaybook } from './daybook-process.js';

const place = workplace();

it('runs programs beside 500 connections when 400 files may be open, and says that these are few', async () => {
  const settings = settingsIn(place, 'few', {
    EXECUTOR: 'command:sh -c "cat > /dev/null; echo 1"',
    MAX_ATTEMPTS: '1',
    PATH: process.env['PATH']!,
  });
  const limited = ['-c', 'ulimit -n 400; exec "$0" "$@"', process.execPath, main];
  const service = await startDaybook(settings, ['sh', ...limited]);
  const { port } = new URL(service.url);
  const sockets: Socket[] = Array.from({ length: 500 }, () => connect(Number(port), '127.0.0.1'));
  const turnedAway = new Promise<void>((resolve) => {
    for (const socket of sockets)
      socket
        .once('close', () => {
          resolve();
        })
        .on('error', () => undefined);
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  await turnedAway;
  for (const socket of sockets.slice(0, 20)) socket.destroy();
  await until('there is room for a client', () =>
    service.get('/health/live').then(
      () => true,
      () => false,
    ),
  );
  const models = Array.from({ length: 20 }, (_, index) => `m${index}`);
  const created = await service.post('/simulate/trigger', { date_range: ['2025-01-16'], models });
  expect((await service.ended(created.body.job_id)).body.status).toBe('completed');
  for (const socket of sockets) socket.destroy();
  const { stdout } = await service.end('SIGTERM');
  expect(stdout.filter((line) => line.includes('"level":40')).map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ open_files: 400, msg: expect.stringContaining('ulimit -n') }),
  ]);
});

it('gives an attempt back that the machine had no room for, and tries again later', async () => {
  const module = place.write(
    'short/module.mjs',
    `import { existsSync, writeFileSync } from 'node:fs';
     const tried = ${JSON.stringify(place.path('short', 'tried'))};
     export async function runTradingSession() {
       if (existsSync(tried)) return 'done';
       writeFileSync(tried, '');
       throw new Error('the prices cannot be read', { cause: Object.assign(new Error('EMFILE'), { code: 'EMFILE' }) });
     }`,
  );
  const service = await startTestService(place, { EXECUTOR: `module:${module}`, MAX_ATTEMPTS: '1' });
  const { body } = await service.post('/simulate/trigger', { date_range: ['2025-01-16'], models: ['a'] });
  await service.ended(body.job_id);
  const modelDay = await service.get(service.modelDay(body.job_id, '2025-01-16', 'a'));
  expect(modelDay.body).toMatchObject({
    status: 'completed',
    result: 'done',
    attempts: [{ outcome: 'released' }, { outcome: 'completed' }],
  });
});
