// Reads twenty years of real daily prices of the S&P 500 from the vega-datasets package, once.
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Prices
 * @property {readonly string[]} dates every trading day, in order
 * @property {ReadonlyMap<string, { open: number, daysBefore: number }>} days
 * @property {Float64Array} closes one close a trading day, in the order of `dates`
 */

/** @type {Prices | undefined} */
let loaded;

/** @returns {Prices} */
export function loadPrices() {
  loaded ??= parsePrices(readPriceFile());
  return loaded;
}

/**
 * The trading days from one date to another, both included.
 * @param {{ from?: string, to?: string }} [range]
 * @returns {string[]}
 */
export function tradingDays({ from = '', to = '9999-12-31' } = {}) {
  return loadPrices().dates.filter((date) => date >= from && date <= to);
}

/**
 * @param {string} csv a header, then date,open,high,low,close,adjclose,volume for each day
 * @returns {Prices}
 */
export function parsePrices(csv) {
  const rows = csv.trim().split('\n').slice(1);
  /** @type {string[]} */
  const dates = [];
  const days = new Map();
  const closes = new Float64Array(rows.length);
  for (const [index, row] of rows.entries()) {
    const [date = '', open, , , close] = row.split(',');
    const day = { open: Number(open), daysBefore: index };
    closes[index] = Number(close);
    // A price of zero, a hole or a day out of order would make every later result quietly wrong.
    if (!(day.open > 0 && Number(close) > 0 && date > (dates.at(-1) ?? ''))) {
      throw new Error(`the price file has a bad row ${index + 2}: ${row}`);
    }
    dates.push(date);
    days.set(date, day);
  }
  return { dates, days, closes };
}

function readPriceFile() {
  try {
    // The package exports only its entry, build/index.js; the data lies in the folder next to it.
    return readFileSync(new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets')), 'utf8');
  } catch (cause) {
    throw new Error('the prices are missing: the package vega-datasets is not installed, run npm ci', {
      cause,
    });
  }
}
