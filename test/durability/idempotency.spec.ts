// Whoever does not know what became of a command when the service died sends it again with its key: it is done once.
import { workplace } from '../support/workplace.js';
import { settingsIn, startDaybook } from './daybook-process.js';

const place = workplace();
const requests = Array.from({ length: 100 }, (_, index) => ({
  headers: { 'idempotency-key': `wish-${index}` },
  body: { date_range: ['2025-01-06'], models: ['a'], rerun: true },
}));

it('does each command once when the service is killed in the middle of them', async () => {
  const settings = settingsIn(place, 'killed', { MAX_ACTIVE_JOBS: '1000', ON_RESTART: 'resume' });
  const killed = await startDaybook(settings);
  const known = new Map<string, string>();
  const sent = requests.map(async ({ headers, body }) => {
    const answer = await killed.post('/simulate/trigger', body, headers);
    known.set(headers['idempotency-key'], answer.body.job_id);
    killed.send('SIGKILL');
  });
  await Promise.allSettled(sent);
  await killed.exit;
  expect(known.size).toBeGreaterThan(0);

  const service = await startDaybook(settings);
  const ids = new Set<string>();
  for (const { headers, body } of requests) {
    const answer = await service.post('/simulate/trigger', body, headers);
    expect(answer.status).toBe(202);
    ids.add(answer.body.job_id);
    const before = known.get(headers['idempotency-key']);
    if (before !== undefined) expect(answer.body.job_id).toBe(before);
  }
  const jobs = (await service.get('/jobs?limit=1000')).body.items.map(({ job_id: id }: any) => id);
  expect(new Set(jobs)).toEqual(ids);
  expect(jobs).toHaveLength(requests.length);
  await service.end('SIGTERM');
});
