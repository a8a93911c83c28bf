// What the figures were measured on: without it they say little.
import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { root } from './root.js';
import { spread } from './rounds.js';
import { scratchFolder } from './scratch.js';

/** @returns {[what: string, value: string][]} */
export function machineFacts() {
  const cpus = os.cpus();
  return [
    ['Date', new Date().toISOString()],
    ['Commit', commitOf(root)],
    ['CPU', `${cpus[0]?.model ?? 'unknown'}, ${cpus.length} cores, ${os.arch()}`],
    ['Memory', `${(os.totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ['System', `${os.type()} ${os.release()}`],
    ['Node', process.version],
    ['SQLite', sqliteVersion()],
    ['Data folder', durability(scratchFolder())],
    ['Load before', `${(os.loadavg()[0] ?? 0).toFixed(2)} runnable, mean of the last minute`],
  ];
}

/**
 * Whether what is written to a folder is durable once it is synced: in memory it never is, and then every figure
 * about commits is about nothing.
 * @param {string} folder
 */
export function durability(folder) {
  const type = fileSystemOf(folder);
  const [{ median, min, max }, unit] = [spread(syncTimesUs(folder)), 'µs'];
  const kind = ['tmpfs', 'ramfs'].includes(type) ? `${type}: IN MEMORY, NOTHING IS DURABLE` : type;
  return `${kind}; 4 KiB written and synced in ${median.toFixed()} ${unit} (${min.toFixed()}–${max.toFixed()})`;
}

/** @param {string} folder */
function fileSystemOf(folder) {
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').trim().split('\n');
    const found = mounts
      .map((line) => line.split(' '))
      .filter(([, point = '']) => `${folder}/`.startsWith(point === '/' ? '/' : `${point}/`))
      // The longest mount point is the innermost, and of several on one point the last hides the others.
      .reduce(
        (inner, mount) => ((mount[1] ?? '').length >= (inner[1] ?? '').length ? mount : inner),
        ['', ''],
      );
    return found[2] ?? 'unknown file system';
  } catch {
    return 'unknown file system';
  }
}

/** @param {string} folder */
function syncTimesUs(folder) {
  const path = join(folder, 'sync');
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4_096, 1);
  try {
    return Array.from({ length: 200 }, () => {
      const start = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      return (performance.now() - start) * 1e3;
    });
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

function sqliteVersion() {
  const database = new BetterSqlite3(':memory:');
  try {
    return String(database.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    database.close();
  }
}

/**
 * Which commit a checkout is at, and whether what is measured of it has been changed since.
 * @param {string} checkout
 */
export function commitOf(checkout) {
  try {
    const git = (/** @type {string[]} */ ...words) =>
      execFileSync('git', words, {
        cwd: checkout,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const isClean = git('status', '--porcelain', '--', ':/src', ':/package-lock.json') === '';
    return git('rev-parse', '--short=12', 'HEAD') + (isClean ? '' : ', with changes that are not committed');
  } catch {
    return 'unknown';
  }
}
