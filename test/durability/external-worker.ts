// A worker outside of the service, as a process of its own: it starts a model-day and then does nothing more.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const program = `
  const response = await fetch(process.argv[1] + '/start', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ worker: 'process ' + process.pid }),
  });
  console.log(await response.text());
  setInterval(() => undefined, 60_000);
`;

/** Starts a model-day in a process, which is killed as soon as it has it. Resolves with what it was told. */
export async function startAndDie(
  modelDayUrl: string,
): Promise<{ attempt: number; lease_expires_at: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, modelDayUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  child.kill('SIGKILL');
  await once(child, 'exit');
  return JSON.parse(line) as { attempt: number; lease_expires_at: string };
}
