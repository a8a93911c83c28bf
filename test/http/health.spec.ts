import { Health } from '../../src/http/health.js';
import { systemRuntime } from '../../src/runtime/runtime.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { expectProblem } from './problems.js';

const place = workplace();

it('is alive and ready once the service listens', async () => {
  const service = await startTestService(place);
  for (const path of ['/health', '/health/live', '/health/ready']) {
    expect(await service.get(path)).toMatchObject({ status: 200, body: { status: 'ok' } });
  }
});

it('is alive but not ready while the service stops', async () => {
  const service = await startTestService(place);
  service.service.app.get(Health, { strict: false }).stopping();
  for (const path of ['/health', '/health/ready']) {
    const answer = await service.get(path);
    expectProblem(answer, 503, 'not_ready');
    expect(answer.body.detail).toBe('The service is stopping.');
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  }
  expect((await service.get('/health/live')).status).toBe(200);
});

it('is not ready before it serves', async () => {
  const { service } = await startTestService(place);
  expect(await new Health(service.database, systemRuntime).whatIsWrong()).toBe('The service is starting.');
});
