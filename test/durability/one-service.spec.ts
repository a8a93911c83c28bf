// One service owns a database at a time, for as long as its process lives and no longer.
import { workplace } from '../support/workplace.js';
import { settingsIn, startDaybook, startInVain } from './daybook-process.js';

const place = workplace();

it('a second service on the same database is refused while the first lives, and starts when that was killed', async () => {
  const settings = settingsIn(place, 'shared');
  const first = await startDaybook(settings);
  const refused = await startInVain(settings);
  expect(refused).toMatchObject({ code: 2, signal: null });
  expect(refused.stderr).toContain(`Another Daybook service is using ${settings.databasePath}.`);
  expect(refused.stderr).not.toMatch(/^\s+at /m);
  expect(await first.get('/health/ready')).toMatchObject({ status: 200 });

  await first.end('SIGKILL');
  const second = await startDaybook(settings);
  expect(await second.get('/health/ready')).toMatchObject({ status: 200 });
  await second.end('SIGTERM');
  const third = await startDaybook(settings);
  expect(await third.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
});

it('of many that start at the same moment on a new database, one serves', async () => {
  const settings = settingsIn(place, 'contested');
  const started = await Promise.allSettled([1, 2, 3].map(() => startDaybook(settings)));
  const winners = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(winners).toHaveLength(1);
  for (const one of started) {
    if (one.status === 'rejected') expect(String(one.reason)).toContain('Another Daybook service is using');
  }
  expect(await winners[0]?.end('SIGTERM')).toMatchObject({ code: 0 });
});
