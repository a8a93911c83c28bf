// Two things are measured in turn, A B B A: whatever else the machine does meanwhile meets both, and so does what one
// leaves behind for the other.

/**
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} min
 * @property {number} max
 */

/**
 * Runs each once to warm up, which is not counted, and then `count` times; which of them goes first alternates.
 * @template First, Second
 * @param {number} count
 * @param {() => Promise<First> | First} first
 * @param {() => Promise<Second> | Second} second
 * @returns {Promise<{ first: First[], second: Second[] }>} what each round gave, in order
 */
export async function inTurn(count, first, second) {
  await first();
  await second();
  /** @type {{ first: First[], second: Second[] }} */
  const rounds = { first: [], second: [] };
  for (let round = 0; round < count; round += 1) {
    if (round % 2 === 0) rounds.first.push(await first());
    rounds.second.push(await second());
    if (round % 2 === 1) rounds.first.push(await first());
  }
  return rounds;
}

/**
 * @param {readonly number[]} values
 * @returns {Spread}
 */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return { median: (lower + upper) / 2, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

/**
 * The ratio of each round to the one beside it, so that a slow minute of the machine does not count.
 * @param {readonly number[]} over
 * @param {readonly number[]} under
 */
export const ratio = (over, under) => spread(over.map((value, round) => value / (under[round] ?? NaN)));
