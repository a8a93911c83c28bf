// What goes on in the background has the processor when nobody else wants it.
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { settingsIn, startDaybook } from '../durability/daybook-process.js';
import { workplace } from '../support/workplace.js';

const place = workplace();

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('hashes the log at a lower priority, and nothing else', async () => {
  const daybook = await startDaybook(settingsIn(place, 'background'));
  const ofThreads = () =>
    readdirSync(`/proc/${daybook.pid}/task`).map((thread) => getPriority(Number(thread)));
  const normal = getPriority(daybook.pid);
  expect(await daybook.get('/audit/checkpoint')).toMatchObject({ status: 200 });
  expect(ofThreads().filter((priority) => priority !== normal)).toEqual([normal + 10]);
  expect(getPriority(daybook.pid)).toBe(normal);
  await daybook.end('SIGTERM');
});
