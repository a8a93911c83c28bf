// A service for a test: a real one, on a database of its own and a free port, inside of the test's process.
import { pino, type Logger } from 'pino';
import { readSettings } from '../../src/config.js';
import { engineOf } from '../../src/database/engines.js';
import type { KindList } from '../../src/kind/kind.js';
import { systemRuntime, type Runtime } from '../../src/runtime/runtime.js';
import { startService, type Service } from '../../src/service.js';
import { client, type Client } from './client.js';
import { testEngine, type Neighbour, type TestEngine } from './test-engine.js';
import type { Workplace } from './workplace.js';

export interface TestService extends Client {
  service: Service;
  databaseUrl: string;
  /** Somebody beside it, on the same database. */
  beside: Neighbour;
  /** The file of its database. */
  databasePath: string;
}

interface Parts {
  runtime?: Runtime;
  log?: Logger;
  /** Of the database; without effect when DATABASE_URL is given. */
  engine?: TestEngine;
  kinds?: KindList;
  /** Where the programs of its threads are; a service of sources has none. */
  programs?: string;
}

let count = 0;

/**
 * Starts a service on a new database in the test's folder (or the one in `settings.DATABASE_URL`), with a folder of
 * configs whose default one names nothing. It is stopped when the test file is done, if it was not before.
 */
export async function startTestService(
  place: Workplace,
  settings: Record<string, string> = {},
  { runtime = systemRuntime, log = pino({ level: 'silent' }), engine = testEngine, ...more }: Parts = {},
): Promise<TestService> {
  count += 1;
  const name = `service-${count}`;
  place.write(`${name}/configs/default_config.json`, '{}');
  const given = readSettings({
    PORT: '0',
    DATABASE_URL: engine.urlIn(place, name, 'jobs.db'),
    CONFIG_DIR: place.path(name, 'configs'),
    RETRY_BASE_DELAY_MS: '0',
    SHUTDOWN_GRACE_MS: '2000',
    PATH: process.env['PATH'],
    ...settings,
  });
  const service = await startService(given, runtime, { log, ...more });
  services.add(service);
  const { DATABASE_URL: databaseUrl } = given;
  return {
    ...client(service.url),
    service,
    databaseUrl,
    databasePath: engineOf(databaseUrl).name,
    beside: engine.beside(databaseUrl),
  };
}

const services = new Set<Service>();

afterAll(async () => {
  await Promise.all([...services].map((service) => service.stop()));
  services.clear();
});
