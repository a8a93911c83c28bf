// The executor: trades the S&P 500 for one model on one date, on what was known at that day's open.
import { setTimeout as wait } from 'node:timers/promises';
import { openBook } from './book.js';
import { readConfig } from './config.js';
import { marketAtOpen } from './market.js';
import { rebalance, startingHoldings, valueOf } from './portfolio.js';
import { loadPrices } from './prices.js';
import { strategyNamed } from './strategies.js';

/**
 * What Daybook hands to a module executor.
 * @typedef {object} SessionRequest
 * @property {string} jobId
 * @property {string} date
 * @property {string} model
 * @property {number} attempt
 * @property {string} configPath
 * @property {AbortSignal} signal
 * @property {(progress: { percent: number, message?: string }) => void} reportProgress
 */

/** @param {SessionRequest} request */
export async function runTradingSession(request) {
  return runSessionOn(loadPrices(), request);
}

/**
 * @param {import('./prices.js').Prices} prices
 * @param {SessionRequest} request
 */
export async function runSessionOn(prices, { jobId, date, model, configPath, signal, reportProgress }) {
  const config = readConfig(configPath);
  const recipe = config.recipeOf(model);
  const decide = strategyNamed(recipe.strategy, recipe.parameters);
  const market = marketAtOpen(prices, date);
  const { open } = market;
  await pretendToThink(config.paceMs, signal, reportProgress);

  // From here to the end nothing waits, so two days of a model in one process cannot mix.
  const book = openBook(config.bookFolder, model);
  const previous = book.lastBefore(date);
  const held = previous ?? startingHoldings;
  const target = decide(market);
  const { cash, position } = rebalance({ cash: held.cash, position: held.position }, open, target);
  const value = valueOf({ cash, position }, open);
  const profit = previous ? value - previous.value : 0;

  signal.throwIfAborted();
  book.record({ date, cash, position, value, job_id: jobId });
  const bought = position - held.position;
  return { strategy: recipe.strategy, open, target, bought, position, cash, value, profit };
}

/**
 * @param {number} paceMs
 * @param {AbortSignal} signal
 * @param {SessionRequest['reportProgress']} reportProgress
 */
async function pretendToThink(paceMs, signal, reportProgress) {
  const steps = paceMs > 0 ? 4 : 0;
  for (let step = 1; step <= steps; step += 1) {
    // The timer only says that it was aborted, the signal says why.
    await wait(paceMs / steps, undefined, { signal }).catch(() => {
      signal.throwIfAborted();
    });
    reportProgress({
      percent: (100 * step) / (steps + 1),
      message: `thought for ${step} of ${steps} quarters`,
    });
  }
}
