// A program does not outlive the service that started it, however that ends, nor the attempt that it was started for.
import { readFileSync } from 'node:fs';
import { workplace } from '../support/workplace.js';
import { until } from '../support/until.js';
import { settingsIn, startDaybook, type Daybook, type Settings } from './daybook-process.js';

const place = workplace();

interface Begun {
  attempt: number;
  pid: number;
  child: number;
  /** The process ids of earlier ones that were still running. */
  beside: number[];
}

/** Runs until it is killed, whatever SIGTERM says, and has a child that does, too; notes when it begins. */
const stubborn = (notes: string): string => `
  import { appendFileSync, readFileSync } from 'node:fs';
  import { spawn } from 'node:child_process';
  import { createInterface } from 'node:readline';
  process.on('SIGTERM', () => undefined);
  const isRunning = (pid) => {
    try {
      return !/^State:\\s+[ZX]/m.test(readFileSync('/proc/' + pid + '/status', 'utf8'));
    } catch {
      return false;
    }
  };
  const { value: line } = await createInterface(process.stdin)[Symbol.asyncIterator]().next();
  const { attempt } = JSON.parse(line);
  const child = spawn('sleep', ['86400']);
  const before = readFileSync(${JSON.stringify(notes)}, 'utf8').split('\\n').filter(Boolean).map((note) => JSON.parse(note).pid);
  const note = { attempt, pid: process.pid, child: child.pid, beside: before.filter(isRunning) };
  appendFileSync(${JSON.stringify(notes)}, JSON.stringify(note) + '\\n');
  setInterval(() => undefined, 86400000);
`;

class Stubborn {
  readonly settings: Settings;
  private readonly notes: string;

  constructor(name: string, more: Settings = {}) {
    this.notes = place.write(`${name}/notes`, '');
    const program = place.write(`${name}/program.mjs`, stubborn(this.notes));
    this.settings = settingsIn(place, name, {
      EXECUTOR: `command:${process.execPath} ${program}`,
      SHUTDOWN_GRACE_MS: '86400000',
      PATH: process.env['PATH']!,
      ...more,
    });
  }

  /** Resolves when so many have begun. */
  begun(count: number): Promise<Begun[]> {
    return until(`${count} programs have begun`, () => {
      const lines = readFileSync(this.notes, 'utf8').split('\n').filter(Boolean);
      return lines.length >= count ? lines.map((line) => JSON.parse(line) as Begun) : undefined;
    });
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function trigger(service: Daybook): Promise<string> {
  const { body } = await service.post('/simulate/trigger', { date_range: ['2025-01-16'], models: ['a'] });
  return body.job_id;
}

it('ends with a service that is told twice to stop', async () => {
  const program = new Stubborn('twice');
  const service = await startDaybook(program.settings);
  await trigger(service);
  const [first] = await program.begun(1);
  service.send('SIGTERM');
  await service.end('SIGINT');
  await until('it is gone', () => !isRunning(first!.pid) && !isRunning(first!.child));
});

it('is ended by the next start after a service that was killed, before anything runs again', async () => {
  const program = new Stubborn('killed', { ON_RESTART: 'resume' });
  const service = await startDaybook(program.settings);
  await trigger(service);
  const [first] = await program.begun(1);
  await service.end('SIGKILL');
  expect(isRunning(first!.pid)).toBe(true);

  const other = await startDaybook(new Stubborn('other').settings);
  expect(isRunning(first!.pid)).toBe(true);
  await other.end('SIGTERM');

  const next = await startDaybook(program.settings);
  expect(await program.begun(2)).toMatchObject([{ attempt: 1 }, { attempt: 2, beside: [] }]);
  expect(isRunning(first!.child)).toBe(false);
  next.send('SIGTERM');
  await next.end('SIGINT');
});

it('is gone before the next attempt begins, when its job is cancelled and tried again at once', async () => {
  const program = new Stubborn('cancelled');
  const service = await startDaybook(program.settings);
  const jobId = await trigger(service);
  await program.begun(1);
  await service.post(`/jobs/${jobId}/cancel`, {});
  await service.post(`/jobs/${jobId}/retry`, {});
  const [, second] = await program.begun(2);
  expect(second).toMatchObject({ beside: [] });
  service.send('SIGTERM');
  await service.end('SIGINT');
});
