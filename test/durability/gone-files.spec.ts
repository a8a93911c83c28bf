// Files of the database that somebody moves, deletes or replaces under the running service: nothing is acknowledged that
// would be lost, and the service says so.
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { workplace } from '../support/workplace.js';
import { startTestService } from '../support/service.js';

const place = workplace();
const job = { date_range: ['2025-01-16'], models: ['a'] };
const gone = 'gone: a file of it was moved, deleted or replaced while the service runs';

describe.each(['', '-wal', '-shm', '.lock'])('jobs.db%s', (side) => {
  it.each([
    [
      'moved away',
      (file: string) => {
        renameSync(file, `${file}.moved`);
      },
    ],
    [
      'replaced by a copy of itself',
      (file: string) => {
        renameSync(file, `${file}.moved`);
        copyFileSync(`${file}.moved`, file);
      },
    ],
  ])('%s is no database to write into, until it is back', async (_, take) => {
    const service = await startTestService(place);
    const file = `${service.databasePath}${side}`;
    expect((await service.get('/health/ready')).status).toBe(200);
    take(file);
    expect(await service.post('/simulate/trigger', job)).toMatchObject({
      status: 503,
      body: { code: 'database_gone', detail: expect.stringContaining(gone) },
    });
    expect(await service.get('/health/ready')).toMatchObject({
      status: 503,
      body: { code: 'not_ready', detail: `The service cannot write: the database is ${gone}.` },
    });

    rmSync(file, { force: true });
    renameSync(`${file}.moved`, file);
    expect((await service.post('/simulate/trigger', job)).status).toBe(202);
    expect((await service.get('/health/ready')).status).toBe(200);
    await service.service.stop();
  });
});
