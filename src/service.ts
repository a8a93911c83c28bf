// A running service: everything opened in order, and closed in the opposite one.
import { NestFactory } from '@nestjs/core';
import { CommandBus, EventBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { destination, pino, type DestinationStream, type Logger } from 'pino';
import { AppModule, type Parts } from './app.module.js';
import { Refusals } from './audit/refusals.js';
import { RemoteNotary } from './audit/remote-notary.js';
import { Verifier } from './audit/verifier.js';
import { environmentWith, type Settings } from './config.js';
import { Database } from './database/database.js';
import { FirstSchema1764000000000 } from './database/migrations/1764000000000-first-schema.js';
import { originOf } from './database/log-identity.js';
import { takeServiceLock } from './database/service-lock.js';
import { UnusableDatabase } from './database/unusable-database.js';
import { Log } from './event-store/log.js';
import { metadataOfFirst } from './event-store/stream-origin.js';
import { Health, refuseWhileStarting } from './http/health.js';
import { OpenStreams } from './http/open-streams.js';
import { serveOpenApi } from './http/openapi.js';
import { ProblemFilter } from './http/problem.filter.js';
import { requestLog } from './http/request-log.js';
import { createAdapter } from './http/server.js';
import { validationPipe } from './http/validation.js';
import { catchUp } from './projection/catch-up.js';
import { Rebuilds } from './projection/rebuilds.js';
import { Metrics } from './observability/metrics.js';
import type { Tracing } from './observability/tracing.js';
import type { Runtime } from './runtime/runtime.js';
import { jobEntities } from './simulation/entities.js';
import { JobRecovery } from './simulation/job-recovery.js';
import { JobChanged } from './simulation/job-streams.js';
import { JobWorkSource } from './simulation/job-work-source.js';
import { builtInWorkerName } from './simulation/names.js';
import { projectedJobs } from './simulation/projected-jobs.js';
import { observeCommands } from './simulation/observed-commands.js';
import { countJobs, countModelDays } from './simulation/queries/job-counts.js';
import { BuiltInWorker } from './worker/built-in-worker.js';
import type { Executor } from './worker/executors/executor.js';
import { openExecutor } from './worker/executors/open-executor.js';
import { LeaseWatch } from './worker/lease-watch.js';
import { NestLog } from './nest-log.js';
import { errorFacts } from './observability/error-facts.js';

export const migrations = [FirstSchema1764000000000];

export interface Service {
  /** Where it listens, like `http://127.0.0.1:3000`. */
  url: string;
  app: NestFastifyApplication;
  database: Database;
  /** Stops claiming, lets what runs finish within the grace period, gives back the rest, and closes everything. */
  stop(): Promise<void>;
}

/**
 * Opens the database, recovers what a crash left behind, listens, and works.
 *
 * @throws UnusableSettings, UnusableExecutor, UnusableDatabase, DatabaseInUse: with a message for whoever started it
 */
export async function startService(
  settings: Settings,
  runtime: Runtime,
  log = openLog(settings),
): Promise<Service> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const executor = await openExecutor(settings.EXECUTOR, {
      runtime,
      functionName: 'runTradingSession',
      searchPath: settings.PATH,
      resultLimitBytes: settings.RESULT_LIMIT_BYTES,
      environmentWith,
    });
    const path = settings.databasePath;
    const lock = takeServiceLock(path);
    closers.push(() => {
      lock.release();
    });
    const metrics = new Metrics();
    const tracing = await openTracing(settings);
    closers.push(() => tracing?.close());
    const observer = metrics.writes;
    const database = await Database.open({ path, migrations, entities: jobEntities, runtime, observer });
    tracing?.writes(database.queue);
    closers.push(() => database.close());
    const origin = await originOf(database, runtime, settings.LOG_ORIGIN);
    const keyFile = settings.SIGNING_KEY_FILE ?? `${path}.key`;
    const notary = new RemoteNotary(new URL('notary-thread.js', import.meta.url), {
      databasePath: path,
      keyFile,
      origin,
    });
    closers.push(() => notary.close());
    const verifier = new Verifier(new URL('verify-thread.js', import.meta.url), { path, keyFile });
    const rebuilds = new Rebuilds(
      database,
      runtime,
      projectedJobs,
      new URL('rebuild-thread.js', import.meta.url),
    );
    closers.push(() => rebuilds.stop());
    const parts = { database, runtime, log, notary, verifier, rebuilds, metrics, tracing };
    const app = await createApp(settings, parts);
    closers.push(() => closeApp(app, runtime));

    await rebuilds.cleanUp();
    const isCaughtUp = await catchUp(database, projectedJobs);
    await app.listen(settings.PORT, settings.HOST);
    const health = app.get(Health, { strict: false });
    if (!isCaughtUp) await rebuildTables(rebuilds, health, log);
    const recovered = await app.get(JobRecovery, { strict: false }).recover(settings.ON_RESTART);
    if (recovered > 0)
      log.warn(
        { jobs: recovered, policy: settings.ON_RESTART },
        'jobs were running when the last service died',
      );

    const url = await app.getUrl();
    const stopWork = startWork(app, settings, { runtime, log, executor, metrics, tracing });
    closers.push(async () => {
      health.stopping();
      await stopWork();
    });
    health.serving();
    log.info({ url, database: path, executor: settings.EXECUTOR }, `Daybook listens on ${url}`);
    if (executor === undefined)
      log.warn('EXECUTOR=none: no built-in worker; model-days wait for workers that call the API');
    return { url, app, database, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param out where its lines go; standard output when not given */
export const openLog = ({ LOG_LEVEL: level }: Pick<Settings, 'LOG_LEVEL'>, out?: DestinationStream): Logger =>
  pino({ level, base: null, serializers: { err: errorFacts } }, out ?? destination(1));

/** OpenTelemetry is loaded when it is wanted, and costs nothing otherwise. */
async function openTracing(settings: Settings): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: serviceName } = settings;
  if (endpoint === undefined) return undefined;
  const { Tracing } = await import('./observability/tracing.js');
  return new Tracing({ endpoint, serviceName });
}

/** Who watches. */
interface Watching {
  metrics: Metrics;
  tracing: Tracing | undefined;
}

async function createApp(settings: Settings, parts: Parts & Watching): Promise<NestFastifyApplication> {
  const { runtime, log, metrics, tracing } = parts;
  const observers = [metrics.requests, requestLog(log)];
  const prepare = tracing?.requests.bind(tracing);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(settings, parts),
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

/** The tables are of older rules, or far behind: nothing is served from them. */
async function rebuildTables(rebuilds: Rebuilds, health: Health, log: Logger): Promise<void> {
  log.warn('the read tables are built anew from the log; the service is ready when that is done');
  health.catchingUp('The read tables are built anew from the log');
  rebuilds.start();
  const ended = await rebuilds.whenEnded();
  health.caughtUp();
  if (ended?.status !== 'completed')
    throw new UnusableDatabase(
      `Its read tables could not be built anew: ${ended?.error ?? 'it was stopped'}.`,
    );
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

/** The lease watch always; the built-in worker when there is an executor. Resolves the returned call when all rest. */
function startWork(
  app: NestFastifyApplication,
  settings: Settings,
  {
    runtime,
    log,
    executor,
    metrics,
    tracing,
  }: Watching & {
    runtime: Runtime;
    log: Logger;
    executor: Executor | undefined;
  },
): () => Promise<void> {
  const source = app.get(JobWorkSource, { strict: false });
  const leaseMs = settings.LEASE_MS;
  const database = app.get(Database, { strict: false });
  const watch = new LeaseWatch({ reads: database.reads, source, runtime, log, leaseMs });
  watch.start();
  if (executor === undefined) return () => watch.stop();

  const work = { source, executor };
  const triggerOf = (streamId: string) => metadataOfFirst(database, streamId)?.traceparent;
  const worker = new BuiltInWorker({
    ...(tracing?.work(work, triggerOf) ?? work),
    runtime,
    log,
    name: builtInWorkerName,
    concurrency: settings.WORKER_CONCURRENCY,
    timeoutMs: settings.MODEL_DAY_TIMEOUT_MS,
    leaseMs,
    observer: metrics.executions,
  });
  const wakeUps = app.get(EventBus, { strict: false }).subscribe((event) => {
    if (!(event instanceof JobChanged)) return;
    if (event.events.some(({ type }) => type === 'JobClosed')) worker.cancel(event.streamId);
    worker.wake();
  });
  worker.wake();
  return async () => {
    await worker.stop(settings.SHUTDOWN_GRACE_MS);
    // Until then a cancel must still reach what runs.
    wakeUps.unsubscribe();
    await watch.stop();
  };
}
