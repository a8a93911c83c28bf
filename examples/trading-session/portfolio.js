// Moves a model's money between cash and the index at one price, without making or losing any.

/** @typedef {{ cash: number, position: number }} Holdings */

/** @type {Readonly<Holdings>} */
export const startingHoldings = Object.freeze({ cash: 10_000, position: 0 });

/**
 * @param {Readonly<Holdings>} holdings
 * @param {number} price
 */
export function valueOf({ cash, position }, price) {
  return cash + position * price;
}

/**
 * @param {Readonly<Holdings>} held
 * @param {number} price
 * @param {number} target the share of the value to hold in the index
 * @returns {Holdings}
 */
export function rebalance(held, price, target) {
  // No shorting and no leverage; written so that NaN is refused as well.
  if (!(target >= 0 && target <= 1)) throw new Error(`a target must lie between 0 and 1, not ${target}`);
  const value = valueOf(held, price);
  // Rounding alone is no reason to trade: a model that holds on keeps its position to the last digit.
  if (Math.abs(value * target - held.position * price) < 1e-9 * value) return { ...held };
  // Cash is a share of the value: what is left after paying position × price can be a hair below zero.
  return { cash: value * (1 - target), position: (value * target) / price };
}
