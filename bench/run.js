// `npm run bench` measures everything, each section in a process of its own, and writes bench/results.md.
// `node bench/run.js NAME` measures one section; `--events 50000` takes a shorter log where one is long. With
// `BEFORE=../before` this build is compared with that of the checkout in the folder, which has been built. It measures
// and does not judge: a target that is missed is said, and is no failure.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineFacts } from './machine.js';
import { asMarkdown, asText } from './report.js';

/** @typedef {import('./report.js').Section} Section */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { events: { type: 'string', default: '1000000' } },
});
const events = Number(values.events);
if (!Number.isSafeInteger(events) || events < 1) throw new Error('--events takes a number of events');

/** @type {Record<string, () => Promise<Section | undefined>>} undefined is left out */
const sections = {
  admins: async () => (await import('./admins.js')).measure({ events }),
  auditors: async () => (await import('./auditors.js')).measure({ events }),
  http: async () => (await import('./http.js')).measure(),
  'large-reads': async () => (await import('./large-reads.js')).measure(),
  'job-size': async () => (await import('./job-size.js')).measure(),
  'write-path': async () => (await import('./write-path.js')).measure(),
  worker: async () => (await import('./worker.js')).measure(),
  'trading-session': async () => (await import('./trading-session.js')).measure(),
  'two-builds': async () => (await import('./two-builds.js')).measure({ events }),
};

const [name] = positionals;
if (name === undefined) await measureAll();
else await measureOne(name);

async function measureAll() {
  const machine = machineFacts();
  process.stdout.write(machine.map(([what, value]) => `${what}: ${value}\n`).join(''));
  /** @type {Section[]} */
  const measured = [];
  for (const section of Object.keys(sections)) {
    const child = fork(fileURLToPath(import.meta.url), [section, '--events', String(events)]);
    child.on('message', (message) => measured.push(/** @type {Section} */ (message)));
    await once(child, 'exit');
    if (child.exitCode !== 0) throw new Error(`${section} could not be measured`);
  }
  const file = new URL('results.md', import.meta.url);
  writeFileSync(file, asMarkdown(measured, machine));
  process.stdout.write('\nWritten to bench/results.md\n');
}

/** @param {string} section */
async function measureOne(section) {
  const measure = sections[section];
  if (measure === undefined) {
    process.stderr.write(
      `There is no "${section}" to measure; there is: ${Object.keys(sections).join(', ')}\n`,
    );
    process.exitCode = 1;
    return;
  }
  const measured = await measure();
  if (measured === undefined) return;
  process.stdout.write(asText(measured));
  process.send?.(measured);
}
