// The application over its database: everything that answers requests. A service listens with it and works; a command
// opens it for a moment when no service runs.
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AppModule, type Parts } from './app.module.js';
import { Refusals } from './audit/refusals.js';
import { RemoteNotary } from './audit/remote-notary.js';
import { refuseLostName } from './audit/signed-log.js';
import { Verifier } from './audit/verifier.js';
import type { Settings } from './config.js';
import { Database } from './database/database.js';
import { FirstSchema1764000000000 } from './database/sqlite/migrations/1764000000000-first-schema.js';
import { LeaseStart1764000000001 } from './database/sqlite/migrations/1764000000001-lease-start.js';
import { Removals1764100000000 } from './database/sqlite/migrations/1764100000000-removals.js';
import { originOf } from './database/log-identity.js';
import { makeMissingTables } from './database/sqlite/missing-tables.js';
import type { MigrationClass } from './database/sqlite/schema-check.js';
import type { ServiceLock } from './database/sqlite/service-lock.js';
import { asUnusable, UnusableDatabase } from './database/unusable-database.js';
import { Log } from './event-store/log.js';
import { Health, refuseWhileStarting } from './http/health.js';
import { OpenStreams } from './http/open-streams.js';
import { serveOpenApi } from './http/openapi.js';
import { ProblemFilter } from './http/problem.filter.js';
import { requestLog } from './http/request-log.js';
import { createAdapter } from './http/server.js';
import { validationPipe } from './http/validation.js';
import { NestLog } from './nest-log.js';
import { Metrics } from './observability/metrics.js';
import type { Tracing } from './observability/tracing.js';
import type { Kinds } from './kind/kind.js';
import { catchUp } from './projection/catch-up.js';
import { saveCheckpoint } from './projection/checkpoint.js';
import { projectedAmong, type Projection } from './projection/projected.js';
import { Rebuilds } from './projection/rebuilds.js';
import type { Runtime } from './runtime/runtime.js';
import { jobEntities } from './simulation/rows/entities.js';
import { observeCommands } from './observability/observed-commands.js';
import { countJobs, countModelDays } from './simulation/queries/job-counts.js';

/** From before kinds listed their own. */
const firstMigrations = [FirstSchema1764000000000, LeaseStart1764000000001, Removals1764100000000];

/** What makes the schema: of the mechanisms first, then of each kind. */
export const migrationsOf = ({ list }: Kinds): MigrationClass[] => [
  ...firstMigrations,
  ...list.flatMap((kind) => kind.migrations ?? []),
];

/** What has to be closed, in the opposite order. */
export type Closers = (() => Promise<void> | void)[];

/** What an application is made of. */
export interface Composition {
  settings: Settings;
  runtime: Runtime;
  log: Logger;
  kinds: Kinds;
  /** The folder in which the programs of the threads are; this one when not given. */
  programs?: string | undefined;
}

export interface Application extends Watching {
  app: NestFastifyApplication;
  kinds: Kinds;
  database: Database;
  notary: RemoteNotary;
  rebuilds: Rebuilds;
}

/** Who watches. */
interface Watching {
  metrics: Metrics;
  tracing: Tracing | undefined;
}

/**
 * Everything that answers requests, over the database; nothing listens, recovers or works yet.
 *
 * @param lock of the database; released with the rest
 * @throws UnusableDatabase
 */
export async function openApplication(
  { settings, runtime, log, kinds, programs = import.meta.url }: Composition,
  lock: ServiceLock,
  closers: Closers,
): Promise<Application> {
  const program = (name: string): URL => new URL(`${name}-thread.js`, programs);
  closers.push(() => {
    lock.release();
  });
  const path = settings.databasePath;
  const metrics = new Metrics();
  const tracing = await openTracing(settings);
  closers.push(() => tracing?.close());
  const observer = metrics.writes;
  const migrations = migrationsOf(kinds);
  const database = await Database.open({ path, migrations, entities: jobEntities, runtime, observer });
  tracing?.writes(database.queue);
  closers.push(() => database.close());
  const keyFile = settings.SIGNING_KEY_FILE ?? `${path}.key`;
  const origin = await nameOf(database, runtime, keyFile, settings);
  const notary = new RemoteNotary(program('notary'), { databasePath: path, keyFile, origin });
  closers.push(() => notary.close());
  const verifier = new Verifier(program('verify'), { path, keyFile, kindsUrl: kinds.url });
  const rebuilds = new Rebuilds(
    database,
    runtime,
    projectedAmong(kinds.list).map(({ projection }) => projection),
    { program: program('rebuild'), kindsUrl: kinds.url },
  );
  closers.push(() => rebuilds.stop());
  const parts = { database, runtime, log, kinds, notary, verifier, rebuilds, metrics, tracing };
  const app = await createApp(settings, parts);
  closers.push(() => closeApp(app, runtime));
  return { app, database, kinds, notary, rebuilds, metrics, tracing };
}

/**
 * Brings the tables to the end of the log, by the rules of this Daybook.
 * @throws UnusableDatabase; the reason of `signal` when that has ended it
 */
export async function bringUpToDate(
  { app, database, kinds, rebuilds }: Application,
  log: Logger,
  signal?: AbortSignal,
): Promise<void> {
  await rebuilds.cleanUp();
  const behind: string[] = [];
  for (const kind of projectedAmong(kinds.list)) {
    await mendTables(database, kind.projection, migrationsOf(kinds), log);
    if (!(await catchUp(database, kind))) behind.push(kind.projection.name);
    signal?.throwIfAborted();
  }
  if (behind.length === 0) return;
  const health = app.get(Health, { strict: false });
  log.warn('the read tables are built anew from the log; the service is ready when that is done');
  health.catchingUp(() => {
    const { done, total } = rebuilds.progress;
    const progress = total === 0 ? '' : `: ${done} of ${total} events`;
    return `The read tables are built anew from the log${progress}`;
  });
  const { id } = rebuilds.start(behind.length === 1 ? behind[0] : undefined);
  const cancel = (): void => {
    // How it ends is waited for below.
    rebuilds.cancel(id).catch(() => undefined);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  const ended = await rebuilds.whenEnded();
  signal?.removeEventListener('abort', cancel);
  health.caughtUp();
  if (ended?.status === 'completed') return;
  signal?.throwIfAborted();
  throw new UnusableDatabase(`Its read tables could not be built anew: ${ended?.error ?? 'it was stopped'}.`);
}

/** Read tables that somebody dropped are made again, empty and by no rules: so they are rebuilt. */
async function mendTables(
  database: Database,
  { name, tables }: Projection,
  migrations: readonly MigrationClass[],
  log: Logger,
): Promise<void> {
  const names = tables.map((table) => table.name);
  const made = await makeMissingTables(database, names, migrations, (transaction) =>
    saveCheckpoint(transaction, { name, version: 0, position: 0 }),
  );
  if (made.length > 0) log.error({ tables: made }, 'read tables were missing, and are made again');
}

/**
 * For a command while no service runs: an application that answers requests by `app.inject()` and no others. Its
 * tables are as far as the log; but it recovers no jobs and runs none: what waits goes on waiting for a service.
 *
 * @param lock of the database; released with the rest, also when opening fails
 * @throws UnusableDatabase
 */
export async function openApart(
  composition: Composition,
  lock: ServiceLock,
): Promise<{ app: NestFastifyApplication; close: () => Promise<void> }> {
  const closers: Closers = [];
  try {
    const application = await openApplication(composition, lock, closers);
    await bringUpToDate(application, composition.log);
    application.app.get(Health, { strict: false }).serving();
    return { app: application.app, close: () => closeAll(closers) };
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

export async function closeAll(closers: Closers): Promise<void> {
  for (const closer of closers.splice(0).reverse()) await closer();
}

/** @throws UnusableDatabase when it cannot have the name that it should */
async function nameOf(
  database: Database,
  runtime: Runtime,
  keyFile: string,
  { LOG_ORIGIN: wanted }: Settings,
): Promise<string> {
  try {
    refuseLostName(database, keyFile, wanted);
    return await originOf(database, runtime, wanted);
  } catch (error) {
    throw error instanceof UnusableDatabase ? asUnusable(database.path, error) : error;
  }
}

/** OpenTelemetry is loaded when it is wanted, and costs nothing otherwise. */
async function openTracing(settings: Settings): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: serviceName } = settings;
  if (endpoint === undefined) return undefined;
  const { Tracing } = await import('./observability/tracing.js');
  return new Tracing({ endpoint, serviceName });
}

async function createApp(settings: Settings, parts: Parts & Watching): Promise<NestFastifyApplication> {
  const { runtime, log, metrics, tracing } = parts;
  const observers = [metrics.requests, requestLog(log)];
  const prepare = tracing?.requests.bind(tracing);
  const app = await NestFactory.create<NestFastifyApplication>(
    await AppModule.with(settings, parts),
    createAdapter({ bodyLimitBytes: settings.BODY_LIMIT_BYTES, runtime, log, observers, prepare }),
    { bodyParser: false, logger: new NestLog(log), abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter(log, app.get(Refusals)));
  app.useGlobalPipes(validationPipe);
  serveOpenApi(app);
  refuseWhileStarting(app.getHttpAdapter().getInstance(), app.get(Health));
  await app.init();
  const bus = app.get(CommandBus, { strict: false });
  tracing?.commands(bus);
  observeCommands(bus, metrics.commands);
  watchGauges(app, metrics);
  return app;
}

function watchGauges(app: NestFastifyApplication, metrics: Metrics): void {
  const database = app.get(Database);
  const log = app.get(Log);
  const streams = app.get(OpenStreams, { strict: false });
  const rebuilds = app.get(Rebuilds);
  metrics.watch({
    jobs: () => countJobs(database),
    modelDays: () => countModelDays(database),
    logEvents: () => log.end(),
    writesWaiting: () => database.queue.depth,
    liveStreams: () => streams.count,
    rebuild: () => rebuilds.progress,
  });
}

/** How long answers that are under way have to go out once nothing else runs, in milliseconds. */
const lastAnswersMs = 2_000;

async function closeApp(app: NestFastifyApplication, runtime: Runtime): Promise<void> {
  const cancel = runtime.after(lastAnswersMs, () => {
    app.getHttpServer().closeAllConnections();
  });
  await app.close();
  cancel();
  // What was refused last is not worth failing a stop for.
  await app
    .get(Refusals)
    .flush()
    .catch(() => undefined);
}
