// The command on a real terminal: a pseudo-terminal, which `script` of util-linux makes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { until } from '../support/until.js';
import { Screen } from './screen.js';

const place = workplace();
const program = join(import.meta.dirname, '../../dist/cli.js');
const hasScript = /util-linux/.test(String(spawnSync('script', ['--version']).stdout));

const [hideCursor, showCursor] = ['\u001b[?25l', '\u001b[?25h'];
const controlC = '\u0003';

/** Types what is handed to `type` on a terminal of 80 columns, and shows what can be seen there. */
function onTerminal(words: string, environment: Record<string, string>) {
  const screen = new Screen(80, 24);
  const command = `stty cols 80 rows 24; exec '${process.execPath}' '${program}' ${words}`;
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8').pipe(screen);
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    screen,
    type: (keys: string) => child.stdin.write(keys),
    ended: closed.then(([code]) => code),
  };
}

async function withJob(): Promise<{ service: TestService; settings: Record<string, string>; start: string }> {
  const service = await startTestService(place);
  const { body } = await service.post('/simulate/trigger', {
    date_range: ['2025-01-16'],
    models: ['ada', 'bob'],
  });
  return {
    service,
    settings: { PORT: new URL(service.url).port, DATABASE_URL: `sqlite:${service.databasePath}` },
    start: `${service.modelDay(body.job_id, '2025-01-16', 'bob')}/start`,
  };
}

(hasScript ? describe : describe.skip)('status --watch', () => {
  it('draws the grid live, and gives the terminal back at Ctrl-C', async () => {
    const { service, settings, start } = await withJob();
    const { screen, type, ended } = onTerminal('status --watch', settings);
    await until('both are pending', () => screen.lines.includes('bob  ·'));
    expect(screen.written).toContain(hideCursor);
    await service.post(start, { worker: 'tester' });
    await until('one runs', () => screen.lines.includes('bob  ▶'));
    expect(screen.lines).toContain('ada  ·');

    type(controlC);
    expect(await ended).toBe(130);
    expect(screen.written.lastIndexOf(showCursor)).toBeGreaterThan(screen.written.lastIndexOf(hideCursor));
    expect(screen.written).toContain('The job goes on.');
    expect(screen.written).toMatch(/\u001b\[\d+m/);
  });

  it('has no colours when NO_COLOR says so', async () => {
    const { settings } = await withJob();
    const { screen, type, ended } = onTerminal('status --watch', { ...settings, NO_COLOR: '1' });
    await until('both are pending', () => screen.lines.includes('bob  ·'));
    type(controlC);
    expect(await ended).toBe(130);
    expect(screen.written).not.toMatch(/\u001b\[\d+m/);
  });
});
