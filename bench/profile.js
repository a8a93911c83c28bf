// What a CPU profile says, in one line: which functions the time is spent in, themselves and not in what they call.
import { Session } from 'node:inspector/promises';

const shownMax = 8;

/**
 * @param {() => Promise<unknown>} work
 * @returns {Promise<string>} the functions in which most of the time was spent, and the share of each
 */
export async function profiled(work) {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
    await work();
    const { profile } = await session.post('Profiler.stop');
    return hottest(profile);
  } finally {
    session.disconnect();
  }
}

/** @param {import('node:inspector').Profiler.Profile} profile */
function hottest({ nodes, samples = [] }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const sample of samples) {
    const name = names.get(sample) ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, shownMax)
    .map(([name, count]) => `${name} ${((100 * count) / samples.length).toFixed()} %`)
    .join(', ');
}

/** @param {import('node:inspector').Runtime.CallFrame} frame */
function nameOf({ functionName, url, lineNumber }) {
  // What is no JavaScript has no address: the garbage collector, and native functions.
  const place = url === '' ? '' : ` (${url.split('/').at(-1) ?? ''}:${lineNumber + 1})`;
  return (functionName || 'anonymous') + place;
}
