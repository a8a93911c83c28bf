// Writes what the code alone knows into docs/, so that a review sees when it changes: `npm run docs`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('../src/service.js').Service} Service */

/**
 * The files of docs/ that are made from a service that runs on a new database, by name.
 * @param {Pick<Service, 'url' | 'database'>} service
 * @returns {Promise<Record<'openapi.json' | 'schema.sql', string>>}
 */
export async function generated({ url, database }) {
  const document = /** @type {unknown} */ (await (await fetch(`${url}/openapi.json`)).json());
  return {
    'openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    'schema.sql': await schemaOf(database),
  };
}

/**
 * As SQLite tells it, by name; what it keeps for itself aside.
 * @param {Service['database']} database
 */
async function schemaOf(database) {
  const rows = /** @type {{ sql: string }[]} */ (
    await database.reader.all(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name",
    )
  );
  const header = '-- The schema of the database, by name. Written by `npm run docs`; to read, not to run.\n';
  return [header, ...rows.map(({ sql }) => `${sql};\n`)].join('\n');
}

/** Starts the service as it was built, on a database that is thrown away. */
async function write() {
  const built = (/** @type {string} */ path) =>
    /** @type {Promise<unknown>} */ (import(new URL(`../dist/${path}`, import.meta.url).href));
  const { readSettings } = /** @type {typeof import('../src/config.js')} */ (await built('config.js'));
  const { startService } = /** @type {typeof import('../src/service.js')} */ (await built('service.js'));
  const { systemRuntime } = /** @type {typeof import('../src/runtime/runtime.js')} */ (
    await built('runtime/runtime.js')
  );
  const folder = mkdtempSync(join(tmpdir(), 'daybook-docs-'));
  try {
    const configs = join(folder, 'configs');
    mkdirSync(configs);
    const service = await startService(
      readSettings({
        PORT: '0',
        DATABASE_URL: `sqlite:${join(folder, 'jobs.db')}`,
        CONFIG_DIR: configs,
        LOG_LEVEL: 'error',
      }),
      systemRuntime,
    );
    for (const [name, text] of Object.entries(await generated(service)))
      writeFileSync(new URL(name, import.meta.url), text);
    await service.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await write();
