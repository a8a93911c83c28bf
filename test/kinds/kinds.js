// The kinds of a service with a second one, as its threads load them: built.
import { counterKind } from './counter-kind.js';

/**
 * The types come from the sources, so that they can be checked before anything is built.
 * @param {string} path below dist/
 * @returns {Promise<unknown>}
 */
const built = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

const { logKind } = /** @type {typeof import('../../src/audit/log-kind.js')} */ (
  await built('audit/log-kind.js')
);
const { jobKind } = /** @type {typeof import('../../src/simulation/kind.js')} */ (
  await built('simulation/kind.js')
);

export const kinds = { list: [jobKind, counterKind, logKind], url: import.meta.url };
