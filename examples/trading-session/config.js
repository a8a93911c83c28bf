// Reads what the session wants to know from the job's config file, again only after the file has changed. The default
// config is one that nobody has to write: without it, every setting is its default.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';

/**
 * @typedef {object} SessionConfig
 * @property {string} bookFolder
 * @property {number} paceMs how long a session pretends to think, so that a person can watch it
 * @property {(model: string) => { strategy: string, parameters: Record<string, unknown> }} recipeOf
 */

/** @type {{ version: string, config: SessionConfig } | undefined} */
let last;

/**
 * @param {string} path
 * @returns {SessionConfig}
 */
export function readConfig(path) {
  if (basename(path) === 'default_config.json' && !existsSync(path)) return parseConfig('{}');
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  const version = [path, ino, size, mtimeNs].join(' ');
  if (last?.version !== version) last = { version, config: parseConfig(readFileSync(path, 'utf8')) };
  return last.config;
}

/**
 * @param {string} json
 * @returns {SessionConfig}
 */
export function parseConfig(json) {
  const { book_dir = 'data/trading-session', pace_ms = 0, models = [] } = asObject(parseJson(json), 'it');
  if (typeof book_dir !== 'string' || book_dir === '') refuse('"book_dir" must be the path of a folder');
  if (typeof pace_ms !== 'number' || !(pace_ms >= 0 && pace_ms <= 3_600_000)) {
    refuse('"pace_ms" must be a number of milliseconds from 0 to an hour');
  }
  if (!Array.isArray(models)) refuse('"models" must be a list');
  /** @type {Map<unknown, Record<string, unknown>>} */
  const listed = new Map();
  for (const item of models) {
    const model = asObject(item, 'every model');
    if (typeof model['signature'] !== 'string') refuse('every model must have a "signature"');
    if (listed.has(model['signature'])) refuse(`model "${model['signature']}" is listed twice`);
    listed.set(model['signature'], model);
  }
  return { bookFolder: resolve(book_dir), paceMs: pace_ms, recipeOf: (model) => recipeFrom(listed, model) };
}

/**
 * @param {Map<unknown, Record<string, unknown>>} listed
 * @param {string} model
 */
function recipeFrom(listed, model) {
  if (listed.size === 0) return { strategy: model, parameters: {} };
  const found = listed.get(model);
  if (!found) refuse(`model "${model}" is not listed (there is: ${[...listed.keys()].join(', ')})`);
  const { strategy = model, parameters = {} } = found;
  if (typeof strategy !== 'string') refuse(`the "strategy" of model "${model}" must be a name`);
  return { strategy, parameters: asObject(parameters, `the "parameters" of model "${model}"`) };
}

/**
 * @param {unknown} value
 * @param {string} what
 */
function asObject(value, what) {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(`${what} must be an object`);
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * @param {string} json
 * @returns {unknown}
 */
function parseJson(json) {
  try {
    return JSON.parse(json);
  } catch (error) {
    refuse(`it is not JSON: ${String(error)}`);
  }
}

/**
 * @param {string} why
 * @returns {never}
 */
function refuse(why) {
  throw new Error(`the config of the trading session is wrong: ${why}`);
}
