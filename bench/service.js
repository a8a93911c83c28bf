// The service in the process that measures it, on a database of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, startService, systemRuntime } from './any-build.js';

/** @typedef {import('../src/service.js').Service} Service */

export const databaseIn = (/** @type {string} */ folder) => join(folder, 'jobs.db');

/**
 * @param {string} folder for its database and its configs; made when it is missing
 * @param {Record<string, string>} [settings]
 * @returns {Promise<Service>}
 */
export async function serviceIn(folder, settings = {}) {
  const configs = join(folder, 'configs');
  mkdirSync(configs, { recursive: true });
  writeFileSync(join(configs, 'default_config.json'), '{}');
  return startService(
    readSettings({
      PORT: '0',
      DATABASE_URL: `sqlite:${databaseIn(folder)}`,
      CONFIG_DIR: configs,
      // Nothing sends a heartbeat here, and a lease that runs out would be another command.
      LEASE_MS: String(60 * 60_000),
      LOG_LEVEL: 'error',
      ...settings,
    }),
    systemRuntime,
  );
}

/**
 * The pragmas that the write connection itself says it has, by name.
 * @param {Service} service
 * @param {readonly string[]} names
 * @returns {Promise<Record<string, string | number>>}
 */
export async function pragmasOf({ database }, names) {
  return database.queue.run(async (transaction) => {
    /** @type {Record<string, string | number>} */
    const pragmas = {};
    for (const name of names) Object.assign(pragmas, await transaction.get(`PRAGMA ${name}`));
    return pragmas;
  });
}

/** Says how durable a commit of this service is. */
export async function commitsOf(/** @type {Service} */ service) {
  const { journal_mode: journal, synchronous } = await pragmasOf(service, ['journal_mode', 'synchronous']);
  return `journal_mode=${journal ?? ''}, synchronous=${synchronous ?? ''} (2 is FULL)`;
}
