// The textbook strategies: each is a pure function from the market at the open to a target fraction.
import { aboveZero, days, settleParameters } from './parameters.js';

/** @typedef {import('./market.js').Market} Market */
/**
 * Answers the share of the model's value to hold in the index, from 0 (all cash) to 1 (all index).
 * With less history than it looks back on, a strategy stays in cash.
 * @typedef {(market: Readonly<Market>) => number} Strategy
 */

/** @type {ReadonlyMap<string, (given: Record<string, unknown>) => Strategy>} */
const recipes = new Map([
  ['buy-and-hold', recipe({}, () => () => 1)],
  // The golden cross: in the index while the short average is above the long one.
  [
    'moving-average-crossover',
    recipe({ short: days(50), long: days(200) }, ({ short, long }) => {
      if (short >= long) throw new Error(`parameter "short" (${short}) must be below "long" (${long})`);
      return ({ closes }) =>
        closes.length >= long && mean(closes.slice(-short)) > mean(closes.slice(-long)) ? 1 : 0;
    }),
  ],
  // Time-series momentum: in the index while it stands above where it stood a year ago.
  [
    'momentum',
    recipe({ window: days(252) }, ({ window }) => ({ closes }) => {
      const [then, now] = [closes.at(-1 - window), closes.at(-1)];
      return then !== undefined && now !== undefined && now > then ? 1 : 0;
    }),
  ],
  // Bollinger bands: all in at the lower band, all out at the upper band, in proportion between them.
  [
    'mean-reversion',
    recipe({ window: days(20), band: aboveZero(2) }, ({ window, band }) => ({ open, closes }) => {
      if (closes.length < window) return 0;
      const recent = closes.slice(-window);
      const reach = band * deviation(recent);
      if (reach === 0) return 0.5;
      return Math.min(1, Math.max(0, 0.5 - (open - mean(recent)) / (2 * reach)));
    }),
  ],
  // The calmer the last weeks, the more of the index: aims at a yearly volatility of 10%.
  [
    'volatility-target',
    recipe({ window: days(20), yearly: aboveZero(0.1) }, ({ window, yearly }) => ({ closes }) => {
      if (closes.length <= window) return 0;
      const logs = closes.slice(-window - 1).map(Math.log);
      const returns = logs.slice(1).map((log, index) => log - (logs[index] ?? log));
      return Math.min(1, yearly / (deviation(returns) * Math.sqrt(252)));
    }),
  ],
]);

export const strategyNames = [...recipes.keys()];

/**
 * @param {string} name
 * @param {Record<string, unknown>} [given] parameters from a config
 * @returns {Strategy}
 */
export function strategyNamed(name, given = {}) {
  const build = recipes.get(name);
  if (!build) throw new Error(`there is no strategy "${name}" (there is: ${strategyNames.join(', ')})`);
  try {
    return build(given);
  } catch (cause) {
    throw new Error(`strategy "${name}": ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/**
 * @template {string} Name
 * @param {Record<Name, import('./parameters.js').Parameter>} parameters
 * @param {(values: Record<Name, number>) => Strategy} build
 * @returns {(given: Record<string, unknown>) => Strategy}
 */
function recipe(parameters, build) {
  return (given) => build(settleParameters(parameters, given));
}

/** @param {Float64Array} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {Float64Array} values */
function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
