// What lies under the application, whoever opens it: the database, what runs beside it in threads, and who watches.
import type { Logger } from 'pino';
import { KeyWatch } from './audit/key-watch.js';
import { RemoteNotary } from './audit/remote-notary.js';
import { refuseLostName } from './audit/signed-log.js';
import { Verifier } from './audit/verifier.js';
import type { Settings } from './config.js';
import { Database } from './database/database.js';
import { engineOf } from './database/engines.js';
import { originOf } from './database/log-identity.js';
import type { Ownership, ServiceLock } from './database/service-lock.js';
import { UnusableDatabase } from './database/unusable-database.js';
import type { Kinds } from './kind/kind.js';
import { Metrics } from './observability/metrics.js';
import type { Tracing } from './observability/tracing.js';
import { projectedAmong } from './projection/projected.js';
import { Rebuilds } from './projection/rebuilds.js';
import type { Runtime } from './runtime/runtime.js';
import { migrationsOf, tablesOf } from './schema.js';

/** What an application is made of. */
export interface Composition {
  settings: Settings;
  runtime: Runtime;
  log: Logger;
  kinds: Kinds;
  /** The folder in which the programs of the threads are; this one when not given. */
  programs?: string | undefined;
}

export interface Parts extends Composition {
  database: Database;
  ownership: Ownership;
  notary: RemoteNotary;
  keyWatch: KeyWatch;
  keyFile: string;
  verifier: Verifier;
  rebuilds: Rebuilds;
  metrics: Metrics;
  tracing: Tracing | undefined;
  /** The lock goes last. */
  close(): Promise<void>;
}

/** The provider of all of them, for their end. */
export const PARTS = Symbol('the parts');

/**
 * @param lock of the database; released with the rest, also when opening fails
 * @throws UnusableDatabase
 */
export async function openParts(composition: Composition, lock: ServiceLock): Promise<Parts> {
  const { settings, runtime, kinds, programs = import.meta.url } = composition;
  const program = new URL('background-thread.js', programs);
  const engine = engineOf(settings.DATABASE_URL);
  const { url } = engine;
  const metrics = new Metrics();
  let tracing: Tracing | undefined;
  let database: Database | undefined;
  const closeGround = async (): Promise<void> => {
    await database?.close();
    await tracing?.close();
    lock.release();
  };
  try {
    tracing = await openTracing(settings);
    database = await Database.open({
      engine,
      migrations: migrationsOf(kinds),
      tables: tablesOf(kinds),
      runtime,
      watching: { observer: metrics.writes, around: tracing?.writes },
    });
    const keyFile = settings.SIGNING_KEY_FILE ?? engine.keyFile;
    const origin = await nameOf(database, runtime, {
      keyFile,
      wanted: settings.LOG_ORIGIN,
      name: engine.name,
    });
    const notary = new RemoteNotary(program, { url, keyFile, origin });
    const keyWatch = new KeyWatch(keyFile, composition.log);
    const verifier = new Verifier(program, { url, keyFile, kindsUrl: kinds.url }, runtime);
    const projections = projectedAmong(kinds.list).map(({ projection }) => projection);
    const rebuilds = new Rebuilds(database, runtime, projections, { program, url, kindsUrl: kinds.url });
    const { ownership } = engine;
    return {
      ...composition,
      ...{ database, ownership, notary, keyWatch, keyFile, verifier, rebuilds, metrics, tracing },
      async close() {
        await rebuilds.stop();
        await notary.close();
        await closeGround();
      },
    };
  } catch (error) {
    await closeGround();
    throw error;
  }
}

/** @throws UnusableDatabase when it cannot have the name that it should */
async function nameOf(
  database: Database,
  runtime: Runtime,
  { keyFile, wanted, name }: { keyFile: string; wanted: string | undefined; name: string },
): Promise<string> {
  try {
    await refuseLostName(database.reader, keyFile, wanted);
    return await originOf(database, runtime, wanted);
  } catch (error) {
    if (!(error instanceof UnusableDatabase)) throw error;
    throw new UnusableDatabase(`Cannot use the database ${name}: ${error.message}.`);
  }
}

/** OpenTelemetry is loaded when it is wanted, and costs nothing otherwise. */
async function openTracing(settings: Settings): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: serviceName } = settings;
  if (endpoint === undefined) return undefined;
  const { Tracing } = await import('./observability/tracing.js');
  return new Tracing({ endpoint, serviceName });
}
