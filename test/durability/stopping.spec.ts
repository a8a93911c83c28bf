// Every documented way to start a service and to stop it: the signal reaches the service, and ends it once and cleanly.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workplace } from '../support/workplace.js';
import { until } from '../support/until.js';
import { ScriptedExecutor } from '../work/scripted-executor.js';
import { main, settingsIn, startDaybook, type Command, type Daybook } from './daybook-process.js';

const place = workplace();
const npmStart: Command = ['npm', '--prefix', join(import.meta.dirname, '../..'), 'start'];
const node: Command = [process.execPath, main];

interface Running {
  service: Daybook;
  script: ScriptedExecutor;
}

/** A service with one attempt that goes on until it is released. */
async function working(name: string, command: Command): Promise<Running> {
  const script = new ScriptedExecutor(place);
  const settings = settingsIn(place, name, {
    EXECUTOR: script.setting,
    SHUTDOWN_GRACE_MS: '86400000',
    PATH: process.env['PATH']!,
    HOME: place.path(name),
    npm_config_update_notifier: 'false',
  });
  const service = await startDaybook(settings, command);
  await service.post('/simulate/trigger', { date_range: ['2025-01-16'], models: ['HOLD a'] });
  await script.seen({ what: 'starts' });
  return { service, script };
}

const stopping = (service: Daybook): Promise<unknown> =>
  until('the service says that it stops', async () => (await service.get('/health/ready')).status === 503);

const isGone = (service: Daybook): Promise<boolean> =>
  service.get('/health/live').then(
    () => false,
    () => true,
  );

it.each([
  ['node', node],
  ['npm start', npmStart],
])('SIGTERM to %s alone is a graceful stop of the service', async (name, command) => {
  const { service, script } = await working(`term ${name}`, command);
  service.send('SIGTERM');
  await stopping(service);
  script.release('HOLD a');
  await service.exit;
  expect(await isGone(service)).toBe(true);
  expect(script.story()).toEqual(['2025-01-16 HOLD a starts 1', '2025-01-16 HOLD a ends 1']);
});

it.each([
  ['SIGINT', 'Ctrl-C'],
  ['SIGHUP', 'a terminal that is closed'],
  ['SIGTERM', 'a supervisor that tells every process'],
] as const)('%s to all processes of npm start, as of %s, is one graceful stop', async (signal, name) => {
  const { service, script } = await working(name, npmStart);
  process.kill(-service.pid, signal);
  await stopping(service);
  script.release('HOLD a');
  await service.exit;
  await until('the service is gone', () => isGone(service));
  expect(script.story()).toEqual(['2025-01-16 HOLD a starts 1', '2025-01-16 HOLD a ends 1']);
});

it('the same signal again, later, ends the service at once, with the exit status of the signal', async () => {
  const { service } = await working('again', node);
  service.send('SIGTERM');
  await stopping(service);
  const again = setInterval(() => {
    service.send('SIGTERM');
  }, 100);
  expect(await service.exit).toMatchObject({ code: 143 });
  clearInterval(again);
});

it('what a module leaves running does not keep a stopped service alive', async () => {
  const module = place.write(
    'leaving/module.mjs',
    'setInterval(() => undefined, 1000); export const runTradingSession = () => new Promise(() => undefined);',
  );
  const service = await startDaybook(settingsIn(place, 'leaving', { EXECUTOR: `module:${module}` }));
  expect(await service.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
});

/** A command as the first process (PID 1) of a container sees the world. */
const firstProcess: Command = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child'];
const canUnshare = spawnSync(firstProcess[0], [...firstProcess.slice(1), 'true']).status === 0;

// Without user namespaces a test cannot be the first process of anything.
(canUnshare ? it : it.skip)('the first process of a container stops like any other', async () => {
  const { service, script } = await working('container', [...firstProcess, ...node]);
  const child = readFileSync(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8').trim();
  expect(readFileSync(`/proc/${child}/status`, 'utf8')).toMatch(/^NSpid:\t\d+\t1$/m);
  process.kill(Number(child), 'SIGTERM');
  await stopping(service);
  script.release('HOLD a');
  expect(await service.exit).toMatchObject({ code: 0, signal: null, stderr: '' });
});
