// Describes what a strategy can be tuned with, and turns what a config gives into checked numbers.

/**
 * @typedef {object} Parameter
 * @property {number} standard the value of a config that gives none
 * @property {(value: number) => boolean} accepts
 * @property {string} wanted what is accepted, in words
 */

/**
 * A number of trading days to look back.
 * @param {number} standard
 * @returns {Parameter}
 */
export const days = (standard) => ({
  standard,
  accepts: (value) => Number.isSafeInteger(value) && value >= 2,
  wanted: 'a whole number of days, 2 or more',
});

/**
 * @param {number} standard
 * @returns {Parameter}
 */
export const aboveZero = (standard) => ({
  standard,
  accepts: (value) => Number.isFinite(value) && value > 0,
  wanted: 'a number above 0',
});

/**
 * @template {string} Name
 * @param {Record<Name, Parameter>} parameters
 * @param {Record<string, unknown>} given
 * @returns {Record<Name, number>}
 */
export function settleParameters(parameters, given) {
  const names = Object.keys(parameters);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no parameter "${unknown}" (there is: ${names.join(', ') || 'none'})`);
  }
  /** @type {Record<string, number>} */
  const settled = {};
  /** @type {[string, Parameter][]} */
  const entries = Object.entries(parameters);
  for (const [name, { standard, accepts, wanted }] of entries) {
    const value = Object.hasOwn(given, name) ? given[name] : standard;
    if (typeof value !== 'number' || !accepts(value)) {
      throw new Error(`parameter "${name}" must be ${wanted}, not ${JSON.stringify(value)}`);
    }
    settled[name] = value;
  }
  return /** @type {Record<Name, number>} */ (settled);
}
