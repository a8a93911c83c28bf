// Builds the only thing a strategy is ever shown: what was known at the open of one date.

/**
 * @typedef {object} Market
 * @property {string} date
 * @property {number} open the price at the open of the date
 * @property {Float64Array} closes all closes up to and including the trading day before the date
 */

/**
 * @param {import('./prices.js').Prices} prices
 * @param {string} date
 * @returns {Readonly<Market>}
 */
export function marketAtOpen({ dates, days, closes }, date) {
  const day = days.get(date);
  if (day === undefined) {
    const error = new Error(
      `no prices for ${date}: not a trading day of the S&P 500 ` +
        `(data covers ${dates[0] ?? 'nothing'} to ${dates.at(-1) ?? 'nothing'})`,
    );
    // No later attempt will find prices: Daybook need not try one.
    throw Object.assign(error, { retryable: false });
  }
  // A slice is a copy that ends yesterday; a subarray would share its buffer, and tomorrow with it.
  return Object.freeze({ date, open: day.open, closes: closes.slice(0, day.daysBefore) });
}
