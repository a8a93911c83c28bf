// The service as a process of its own, as `npm start` runs it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { root } from './root.js';

/**
 * @param {Record<string, string>} settings
 * @param {string} [checkout] whose build it is
 * @returns {Promise<{ url: string, pid: number, stop: () => Promise<void> }>}
 */
export async function startProcess(settings, checkout = root) {
  const child = spawn(process.execPath, ['--max-semi-space-size=32', 'dist/main.js'], {
    cwd: checkout,
    env: { PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  };
  for await (const line of createInterface(child.stdout)) {
    /** @type {unknown} */
    const entry = JSON.parse(line);
    const { url } = /** @type {{ url?: string }} */ (entry);
    if (url === undefined || child.pid === undefined) continue;
    // Nobody reads on: a pipe that is full would stop the service.
    child.stdout.resume();
    return { url, pid: child.pid, stop };
  }
  throw new Error('the service ended before it listened');
}

/**
 * What a process has in memory, in MB, where the system tells.
 * @param {number} pid
 * @param {'VmRSS' | 'VmHWM'} which now, or the most so far
 */
export function memoryMb(pid, which) {
  try {
    const kb = new RegExp(`^${which}:\\s+(\\d+) kB$`, 'm').exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    )?.[1];
    return kb === undefined ? undefined : Number(kb) / 1024;
  } catch {
    return undefined;
  }
}
