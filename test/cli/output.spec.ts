// Output that nobody can take: a full disk under a redirection.
import { existsSync } from 'node:fs';
import { finishedJob } from '../support/finished-job.js';
import { freePort } from '../support/free-port.js';
import { ended, startCommand, type Ended, type RunningCommand } from '../support/command.js';
import { ready } from '../support/ready.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { settingsIn } from '../durability/daybook-process.js';

const place = workplace();
const full = '/dev/full';

const intoFull = (words: readonly string[], settings: Record<string, string>): RunningCommand =>
  startCommand(words, settings, `exec "$0" "$@" > ${full}`);

// Where there is no such device, there is nothing to try.
const onLinux = existsSync(full) ? describe : describe.skip;

onLinux('on a full disk', () => {
  it('a command says that its output is lost, and ends with 2', async () => {
    const service = await startTestService(place);
    await finishedJob(service, ['2025-01-16'], ['a']);
    const settings = { DATABASE_URL: `sqlite:${service.databasePath}` };
    const commands = [
      ['verify'],
      ['log', '--json'],
      ['jobs'],
      ['cleanup', '--older-than', '0d', '--dry-run'],
    ];
    const all: Ended[] = await Promise.all(commands.map((words) => ended(intoFull(words, settings))));
    for (const { code, err } of all)
      expect({ code, err }).toEqual({
        code: 2,
        err: 'The output cannot be written: ENOSPC: no space left on device, write.\n',
      });
  });

  it('the log of a service is lost, and the service goes on', async () => {
    const port = await freePort();
    const process = intoFull(['serve'], { ...settingsIn(place, 'served'), PORT: port });
    const api = await ready(port);
    const trigger = { date_range: ['2025-01-16'], models: ['a'] };
    expect(await api.post('/simulate/trigger', trigger)).toMatchObject({ status: 202 });
    expect(await api.get('/health/live')).toMatchObject({ status: 200 });
    const end = ended(process);
    process.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 0, err: '' });
  });
});
