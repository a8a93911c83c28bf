// Folding the log for new tables with hardly any memory: streams are let go and come back, slices are tiny.
import { LogFold, type ShadowWrite } from '../../src/projection/log-fold.js';
import { Shadow } from '../../src/projection/shadow.js';
import { endOf } from '../../src/event-store/log.js';
import { engineOf } from '../../src/database/engines.js';
import { jobStreams } from '../../src/simulation/stream-kind.js';
import { startTestService, type TestService } from '../support/service.js';
import { verifiedTables } from '../support/reading.js';
import { workplace } from '../support/workplace.js';
import { writeHistory } from './history.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '10' });
  await writeHistory(service);
  await writeHistory(service);
});

const countRows = (writes: readonly ShadowWrite[]): number =>
  writes
    .map((write) => (write.kind === 'clear' ? [] : (JSON.parse(write.rows) as unknown[])))
    .reduce((sum, rows) => sum + rows.length, 0);

it.each([
  ['everything kept, in one go', { sliceRows: 1_000 }, Infinity],
  ['everything kept, event by event', { sliceRows: 3 }, 1],
  ['hardly anything kept, in one go', { restingCellsMax: 1, cellsMax: 1, sliceRows: 2 }, Infinity],
  ['hardly anything kept, a few events at a time', { restingCellsMax: 1, cellsMax: 5, sliceRows: 1 }, 7],
])('%s', async (_how, options, step) => {
  const { database } = service.service;
  const opened = await engineOf(`sqlite:${service.databasePath}`).openReader();
  const fold = new LogFold([jobStreams], opened, options);
  const shadow = new Shadow(database.engine.shadows, [jobStreams.projection]);
  const end = await endOf(opened.reader);
  await database.queue.run((transaction) => shadow.create(transaction));
  let rowsMax = 0;
  while (fold.position < end) {
    for await (const writes of fold.upTo(Math.min(end, fold.position + step))) {
      rowsMax = Math.max(rowsMax, countRows(writes));
      await database.queue.run((transaction) => shadow.write(transaction, writes));
    }
  }
  await database.queue.run((transaction) => shadow.swap(transaction));
  await fold.close();
  expect(rowsMax).toBeLessThanOrEqual(options.sliceRows);
  expect(fold.compared.differenceCount).toBe(0);
  expect(await verifiedTables(service.databasePath)).toMatchObject({
    difference_count: 0,
    differences: [],
  });
});
