// The application over its database: everything that answers requests. A service listens with it and works; a command
// opens it for a moment when no service runs.
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AppModule, type Parts } from './app.module.js';
import { Refusals, refusals } from './audit/refusals.js';
import { RemoteNotary } from './audit/remote-notary.js';
import { refuseLostName } from './audit/signed-log.js';
import { Verifier } from './audit/verifier.js';
import type { Settings } from './config.js';
import { Database } from './database/database.js';
import { engineOf } from './database/engines.js';
import { originOf } from './database/log-identity.js';
import type { Migration } from './database/migration.js';
import type { ServiceLock } from './database/service-lock.js';
import type { Table } from './database/table.js';
import { UnusableDatabase } from './database/unusable-database.js';
import { events } from './event-store/events-table.js';
import { Log } from './event-store/log.js';
import { firstMigrations } from './first-migrations.js';
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
import { projections, rebuilds as rebuildTable } from './projection/tables.js';
import { leases } from './work/leases.js';
import type { Runtime } from './runtime/runtime.js';
import { observeCommands } from './observability/observed-commands.js';
import { countJobs, countModelDays } from './simulation/queries/job-counts.js';

/** What makes the schema: of the mechanisms first, then of each kind. */
export const migrationsOf = ({ list }: Kinds): Migration[] => [
  ...firstMigrations,
  ...list.flatMap((kind) => kind.migrations ?? []),
];

/** What TypeORM reads: of the mechanisms first, then of each kind. */
export const tablesOf = ({ list }: Kinds): Table[] => [
  events,
  projections,
  rebuildTable,
  leases,
  refusals,
  ...list.flatMap(({ projection, tables = [] }) => [
    ...(projection?.tables ?? []),
    ...(projection?.removals === undefined ? [] : [projection.removals]),
    ...tables,
  ]),
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
  const program = new URL('background-thread.js', programs);
  closers.push(() => {
    lock.release();
  });
  const { DATABASE_URL: url } = settings;
  const metrics = new Metrics();
  const tracing = await openTracing(settings);
  closers.push(() => tracing?.close());
  const database = await Database.open({
    engine: engineOf(url),
    migrations: migrationsOf(kinds),
    tables: tablesOf(kinds),
    runtime,
    observer: metrics.writes,
  });
  tracing?.writes(database.queue);
  closers.push(() => database.close());
  const keyFile = settings.SIGNING_KEY_FILE ?? `${settings.databasePath}.key`;
  const origin = await nameOf(database, runtime, keyFile, settings);
  const notary = new RemoteNotary(program, { url, keyFile, origin });
  closers.push(() => notary.close());
  const verifier = new Verifier(program, { url, keyFile, kindsUrl: kinds.url });
  const rebuilds = new Rebuilds(
    database,
    runtime,
    projectedAmong(kinds.list).map(({ projection }) => projection),
    { program, url, kindsUrl: kinds.url },
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
    await mendTables(database, kind.projection, log);
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
  { engine, queue }: Database,
  { name, tables }: Projection,
  log: Logger,
): Promise<void> {
  const present = await engine.tables();
  const missing = tables.map((table) => table.name).filter((table) => !present.has(table));
  if (missing.length === 0) return;
  await queue.run(async (transaction) => {
    await engine.makeTables(transaction, missing);
    saveCheckpoint(transaction, { name, version: 0, position: 0 });
  });
  log.error({ tables: missing }, 'read tables were missing, and are made again');
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
  { LOG_ORIGIN: wanted, databasePath }: Settings,
): Promise<string> {
  try {
    await refuseLostName(database.reader, keyFile, wanted);
    return await originOf(database, runtime, wanted);
  } catch (error) {
    if (!(error instanceof UnusableDatabase)) throw error;
    throw new UnusableDatabase(`Cannot use the database ${databasePath}: ${error.message}.`);
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
    jobs: () => countJobs(database.reader),
    modelDays: () => countModelDays(database.reader),
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
