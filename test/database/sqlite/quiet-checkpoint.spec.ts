// What becomes of the write-ahead log of a service that is idle.
import { statSync } from 'node:fs';
import { quietMs } from '../../../src/database/sqlite/quiet-checkpoint.js';
import { HeldRuntime } from '../../support/held-runtime.js';
import { jobWithLargeResults, resultLength } from '../../support/large-results.js';
import { startTestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();

it('is emptied when nothing was written for a moment, and not before', async () => {
  const runtime = new HeldRuntime([quietMs]);
  const service = await startTestService(place, {}, { runtime });
  const size = (): number => statSync(`${service.databasePath}-wal`).size;
  await jobWithLargeResults(service, 8);
  runtime.ring(quietMs);
  const full = size();
  expect(full).toBeGreaterThan(8 * resultLength);

  const snapshot = await service.service.database.openSnapshot();
  await snapshot.get('SELECT 1 FROM events');
  await service.post('/simulate/trigger', { date_range: ['2025-01-17'], models: ['another'] });
  runtime.ring(quietMs);
  runtime.ring(quietMs);
  // Whoever reads still needs it; it is tried again.
  expect(size()).toBeGreaterThanOrEqual(full);
  snapshot.close();
  runtime.ring(quietMs);
  expect(size()).toBe(0);
  expect(runtime.waiting).toEqual([]);
});
