// How long something took, by the clock on the wall and in CPU time of this process.

/**
 * @typedef {object} Taken
 * @property {number} seconds by the clock
 * @property {number} cpuSeconds of this process, all its threads, kernel included
 */

/**
 * @param {() => Promise<unknown> | void} work
 * @returns {Promise<Taken>}
 */
export async function timed(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}
