// A running service: it listens, recovers what a crash left behind, and works.
import { EventBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { destination, pino, type DestinationStream, type Logger } from 'pino';
import { bringUpToDate, closeAll, openApplication, type Application, type Closers } from './application.js';
import { environmentWith, type Settings } from './config.js';
import { kinds as allKinds } from './kinds.js';
import type { Kinds } from './kind/kind.js';
import type { Database } from './database/database.js';
import { engineOf } from './database/engines.js';
import { afterCommands } from './database/service-lock.js';
import { metadataOfFirst } from './event-store/stream-origin.js';
import { LogSignal } from './event-store/log-signal.js';
import { Health } from './http/health.js';
import { errorFacts } from './observability/error-facts.js';
import type { Runtime } from './runtime/runtime.js';
import { JobCleanup } from './simulation/job-cleanup.js';
import { JobRecovery } from './simulation/job-recovery.js';
import { JobRetention } from './simulation/job-retention.js';
import { JobChanged } from './simulation/commands/job-streams.js';
import { JobWorkSource } from './simulation/job-work-source.js';
import { ownActor } from './event-store/event-store.js';
import { RowRemoval } from './simulation/rows/row-removal.js';
import { BuiltInWorker } from './work/built-in-worker.js';
import type { Executor } from './work/executors/executor.js';
import { openExecutor } from './work/executors/open-executor.js';
import { LeaseWatch } from './work/lease-watch.js';

export interface Service {
  /** Where it listens, like `http://127.0.0.1:3000`. */
  url: string;
  app: NestFastifyApplication;
  database: Database;
  /** Stops claiming, lets what runs finish within the grace period, gives back the rest, and closes everything. */
  stop(): Promise<void>;
}

interface ServiceOptions {
  log?: Logger;
  kinds?: Kinds;
  /** The folder in which the programs of the threads are; this one when not given. */
  programs?: string;
  /** Ends the start, which then rejects with the signal's reason; without effect once it has started. */
  signal?: AbortSignal;
}

/**
 * Opens the database, recovers what a crash left behind, listens, and works.
 *
 * @throws UnusableSettings, UnusableExecutor, UnusableDatabase, DatabaseInUse: with a message for whoever started it
 */
export async function startService(
  settings: Settings,
  runtime: Runtime,
  { log = openLog(settings), kinds = allKinds, programs, signal }: ServiceOptions = {},
): Promise<Service> {
  const closers: Closers = [];
  const tell = (): void => {
    log.info('told to stop before the start was over');
  };
  signal?.addEventListener('abort', tell, { once: true });
  try {
    const executor = await openExecutor(settings.EXECUTOR, {
      runtime,
      functionName: 'runTradingSession',
      searchPath: settings.PATH,
      resultLimitBytes: settings.RESULT_LIMIT_BYTES,
      environmentWith,
    });
    const { ownership } = engineOf(settings.DATABASE_URL);
    const lock = await afterCommands(() => ownership.takeForService(), runtime, signal);
    ownership.forgetAddress();
    const application = await openApplication({ settings, runtime, log, kinds, programs }, lock, closers);
    const { app, database, notary } = application;
    // From here on the probes are answered, and everything else with 503 until it serves.
    await app.listen(settings.PORT, settings.HOST);
    const url = await app.getUrl();
    ownership.tellAddress(url);
    closers.push(() => {
      ownership.forgetAddress();
    });
    await bringUpToDate(application, log, signal);
    await recover(app, settings, log);
    signal?.throwIfAborted();
    await app.get(RowRemoval, { strict: false }).finishAll();
    signal?.throwIfAborted();
    signal?.removeEventListener('abort', tell);

    const health = app.get(Health, { strict: false });
    const stopWork = startWork(application, settings, { runtime, log, executor });
    const retention = startRetention(app, settings, runtime, log);
    closers.push(async () => {
      health.stopping();
      await Promise.all([stopWork(), retention?.stop()]);
    });
    notary.follow({
      signal: app.get(LogSignal),
      runtime,
      onTrouble(error) {
        log.warn({ err: error }, 'the tree of the log could not be brought up to date');
      },
    });
    health.serving();
    const { databasePath, EXECUTOR } = settings;
    log.info({ url, database: databasePath, executor: EXECUTOR }, `Daybook listens on ${url}`);
    if (executor === undefined)
      log.warn('EXECUTOR=none: no built-in worker; model-days wait for workers that call the API');
    return { url, app, database, stop: () => closeAll(closers) };
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

/** @param out where its lines go; standard output when not given */
export const openLog = ({ LOG_LEVEL: level }: Pick<Settings, 'LOG_LEVEL'>, out?: DestinationStream): Logger =>
  pino({ level, base: null, serializers: { err: errorFacts } }, out ?? standardOutput());

/** A log that cannot be written, on a full disk perhaps, must not end or hang the service: its lines are lost. */
function standardOutput(): DestinationStream {
  const out = destination({ dest: 1, sync: true, maxLength: 2 ** 20 });
  out.on('error', () => undefined);
  return out;
}

async function recover(
  app: NestFastifyApplication,
  { ON_RESTART: policy }: Settings,
  log: Logger,
): Promise<void> {
  const jobs = await app.get(JobRecovery, { strict: false }).recover(policy);
  if (jobs > 0) log.warn({ jobs, policy }, 'jobs were running when the last service died');
}

/** The lease watch always; the built-in worker when there is an executor. Resolves the returned call when all rest. */
function startWork(
  { app, database, metrics, tracing }: Application,
  settings: Settings,
  { runtime, log, executor }: { runtime: Runtime; log: Logger; executor: Executor | undefined },
): () => Promise<void> {
  const source = app.get(JobWorkSource, { strict: false });
  const leaseMs = settings.LEASE_MS;
  const watch = new LeaseWatch({ reads: database.source, source, runtime, log, leaseMs });
  watch.start();
  if (executor === undefined) return () => watch.stop();

  const work = { source, executor };
  const triggerOf = async (streamId: string) =>
    (await metadataOfFirst(database.reader, streamId))?.traceparent;
  const worker = new BuiltInWorker({
    ...(tracing?.work(work, triggerOf) ?? work),
    runtime,
    log,
    name: ownActor,
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

function startRetention(
  app: NestFastifyApplication,
  { RETENTION_DAYS: retentionDays }: Settings,
  runtime: Runtime,
  log: Logger,
): JobRetention | undefined {
  if (retentionDays === undefined) return undefined;
  const cleanup = app.get(JobCleanup, { strict: false });
  const retention = new JobRetention({ cleanup, runtime, log, retentionDays });
  retention.start();
  return retention;
}
