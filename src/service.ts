// A running service: everything opened in order, and closed in the opposite one.
import { NestFactory } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino, type Logger } from 'pino';
import { AppModule, type Parts } from './app.module.js';
import { Refusals } from './audit/refusals.js';
import { RemoteNotary } from './audit/remote-notary.js';
import { Verifier } from './audit/verifier.js';
import type { Settings } from './config.js';
import { Database } from './database/database.js';
import { FirstSchema1764000000000 } from './database/migrations/1764000000000-first-schema.js';
import { LeaseStart1764000000001 } from './database/migrations/1764000000001-lease-start.js';
import { originOf } from './database/log-identity.js';
import { takeServiceLock } from './database/service-lock.js';
import { LogSignal } from './event-store/log-signal.js';
import { Health } from './http/health.js';
import { serveOpenApi } from './http/openapi.js';
import { ProblemFilter } from './http/problem.filter.js';
import { createAdapter } from './http/server.js';
import { validationPipe } from './http/validation.js';
import type { Runtime } from './runtime/runtime.js';
import { jobEntities } from './simulation/entities.js';
import { JobRecovery } from './simulation/job-recovery.js';
import { JobChanged } from './simulation/job-streams.js';
import { JobWorkSource } from './simulation/job-work-source.js';
import { builtInWorkerName } from './simulation/names.js';
import { BuiltInWorker } from './worker/built-in-worker.js';
import type { Executor } from './worker/executors/executor.js';
import { openExecutor } from './worker/executors/open-executor.js';
import { LeaseWatch } from './worker/lease-watch.js';
import { NestLog } from './nest-log.js';

export const migrations = [FirstSchema1764000000000, LeaseStart1764000000001];

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
    });
    const path = settings.databasePath;
    const lock = takeServiceLock(path);
    closers.push(() => {
      lock.release();
    });
    const database = await Database.open({ path, migrations, entities: jobEntities, runtime });
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
    const app = await createApp(settings, { database, runtime, log, notary, verifier });
    closers.push(() => closeApp(app, runtime));

    const recovered = await app.get(JobRecovery, { strict: false }).recover(settings.ON_RESTART);
    if (recovered > 0)
      log.warn(
        { jobs: recovered, policy: settings.ON_RESTART },
        'jobs were running when the last service died',
      );

    await app.listen(settings.PORT, settings.HOST);
    const url = await app.getUrl();
    const health = app.get(Health, { strict: false });
    const stopWork = startWork(app, settings, runtime, log, executor);
    closers.push(async () => {
      health.stopping();
      await stopWork();
    });
    notary.follow({
      signal: app.get(LogSignal),
      runtime,
      onTrouble(error) {
        log.warn({ err: error }, 'the tree of the log could not be brought up to date');
      },
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

const openLog = (settings: Settings): Logger => pino({ level: settings.LOG_LEVEL, base: null });

async function createApp(settings: Settings, parts: Parts): Promise<NestFastifyApplication> {
  const { runtime, log } = parts;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(settings, parts),
    createAdapter({ bodyLimitBytes: settings.BODY_LIMIT_BYTES, runtime, log }),
    { bodyParser: false, logger: new NestLog(log), abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter(log, app.get(Refusals)));
  app.useGlobalPipes(validationPipe);
  serveOpenApi(app);
  await app.init();
  return app;
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
  runtime: Runtime,
  log: Logger,
  executor: Executor | undefined,
): () => Promise<void> {
  const source = app.get(JobWorkSource, { strict: false });
  const leaseMs = settings.LEASE_MS;
  const { reads } = app.get(Database, { strict: false });
  const watch = new LeaseWatch({ reads, source, runtime, log, leaseMs });
  watch.start();
  if (executor === undefined) return () => watch.stop();

  const worker = new BuiltInWorker({
    source,
    executor,
    runtime,
    log,
    name: builtInWorkerName,
    concurrency: settings.WORKER_CONCURRENCY,
    timeoutMs: settings.MODEL_DAY_TIMEOUT_MS,
    leaseMs,
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
