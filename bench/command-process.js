// A command of `daybook` as a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const reporter = new URL('cpu-at-exit.js', import.meta.url).href;

/**
 * @param {string} checkout whose build it is of
 * @param {readonly string[]} words of the command
 * @param {{ folder: string, settings: Record<string, string> }} where it runs; no `.env` of the checkout is read there
 * @returns {Promise<import('./stopwatch.js').Taken>} of the whole process, its start included
 */
export async function runCommand(checkout, words, { folder, settings }) {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=32', '--import', reporter, join(checkout, 'dist/cli.js'), ...words],
    { cwd: folder, env: settings, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] },
  );
  const report = text(/** @type {import('node:stream').Readable} */ (child.stdio[3]));
  await once(child, 'exit');
  const seconds = (performance.now() - start) / 1e3;
  if (child.exitCode !== 0)
    throw new Error(`daybook ${words.join(' ')} ended with ${child.exitCode ?? child.signalCode ?? ''}`);
  return { seconds, cpuSeconds: Number(await report) };
}
