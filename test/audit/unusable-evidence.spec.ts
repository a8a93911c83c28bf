// A key, a signed checkpoint or a tree that is there and cannot be used: nothing is signed, and an admin is told why.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { settingsIn, startDaybook, startInVain, type Settings } from '../durability/daybook-process.js';
import { ended, runDaybook, startCommand } from '../support/command.js';
import { freePort } from '../support/free-port.js';
import { ready } from '../support/ready.js';
import { workplace } from '../support/workplace.js';

const place = workplace();

/** The settings of a service whose log was signed once, and the name of that log. */
async function signed(
  name: string,
): Promise<{ settings: Settings & { databasePath: string }; origin: string }> {
  const settings = settingsIn(place, name, { MAX_ACTIVE_JOBS: '9', PORT: await freePort() });
  const service = await startDaybook(settings);
  await service.post('/simulate/trigger', { date_range: ['2025-01-16'], models: ['a'] });
  const { status, body } = await service.get('/audit/checkpoint');
  expect(status).toBe(200);
  await service.end('SIGTERM');
  return { settings, origin: body.split('\n')[0] };
}

const rubbish = Buffer.from('rubbish\n'.repeat(1_000));
/** Such a file is only found damaged when it is read. */
const afterFirstPage = (good: Buffer): Buffer => Buffer.concat([good.subarray(0, 4096), rubbish, rubbish]);

it.each([
  ['tree that is rubbish', '.tree', () => rubbish, 'The tree of the log, '],
  ['tree that is damaged', '.tree', afterFirstPage, 'The tree of the log, '],
  ['key that is rubbish', '.key', () => rubbish, 'holds no Ed25519 private key'],
  ['checkpoint that is rubbish', '.key.checkpoint', () => rubbish, 'The newest signed checkpoint, beside '],
])('a %s', async (name, ending, damaged, why) => {
  const { settings } = await signed(name);
  const file = settings.databasePath + ending;
  const good = readFileSync(file);
  for (const side of ['-wal', '-shm']) rmSync(file + side, { force: true });
  writeFileSync(file, damaged(good));

  const service = startCommand(['serve'], settings);
  const end = ended(service);
  const api = await ready(settings['PORT']!);
  const answer = await api.get('/audit/checkpoint');
  expect(answer).toMatchObject({ status: 503, body: { code: 'evidence_unusable' } });
  // Where its files are is nobody's business; commands need none of them.
  expect(answer.body.detail).not.toContain(settings.databasePath);
  const trigger = { date_range: ['2025-01-17'], models: ['a'] };
  expect(await api.post('/simulate/trigger', trigger)).toMatchObject({ status: 202 });
  const verified = await runDaybook(['verify', '--database', settings.databasePath]);
  expect(verified).toMatchObject({ code: 2, err: expect.stringContaining(settings.databasePath) });

  writeFileSync(file, good);
  expect(await api.get('/audit/checkpoint')).toMatchObject({ status: 200 });
  service.kill('SIGTERM');
  const { out } = await end;
  const [told] = out.split('\n').filter((line) => line.includes('"path":"/audit/checkpoint"'));
  expect(told).toContain('"level":40');
  expect(told).toContain(why);
  expect(told).toContain(settings.databasePath);
});

it('a log that has lost its name gets no other one', async () => {
  const { settings, origin } = await signed('nameless');
  const database = new BetterSqlite3(settings.databasePath);
  database.exec('DELETE FROM log_identity');
  database.close();
  const { stderr } = await startInVain(settings);
  expect(stderr).toContain(`a checkpoint of ${origin} was signed`);
  expect(stderr).toContain(`LOG_ORIGIN=${origin} gives it back`);

  const wrong = await startInVain({ ...settings, LOG_ORIGIN: 'daybook/another' });
  expect(wrong.stderr).toContain(`LOG_ORIGIN=${origin} gives it back`);
  const note = `${settings.databasePath}.key.checkpoint`;
  const good = readFileSync(note);
  writeFileSync(note, rubbish);
  const unread = await startInVain({ ...settings, LOG_ORIGIN: origin });
  expect(unread.stderr).toMatch(/^Cannot use the database .* cannot be read\. Put back what was there\.\n$/);
  writeFileSync(note, good);

  const service = await startDaybook({ ...settings, LOG_ORIGIN: origin });
  expect(await service.get('/audit/checkpoint')).toMatchObject({ status: 200 });
  await service.end('SIGTERM');
});
