// A running service: it listens, recovers what a crash left behind, and works.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { destination, pino, type DestinationStream, type Logger } from 'pino';
import { openApplication, type Application } from './application.js';
import type { Settings } from './config.js';
import { environmentWith } from './environment.js';
import { kinds as allKinds } from './kinds.js';
import { loadKinds, type KindList } from './kind/kind.js';
import type { Database } from './database/database.js';
import { engineOf } from './database/engines.js';
import { afterCommands } from './database/service-lock.js';
import { metadataOfFirst } from './event-store/stream-origin.js';
import { LogSignal } from './event-store/log-signal.js';
import { Health } from './http/health.js';
import { KeptAnswers } from './idempotency/kept-answers.js';
import { errorFacts } from './observability/error-facts.js';
import { openFilesMax } from './runtime/open-files.js';
import type { Runtime } from './runtime/runtime.js';
import { AtWork, openExecutors, type Executors } from './work/at-work.js';
import { CommandedWork } from './work/commanded-work.js';
import { endLeftRunning, ownerVariable } from './work/executors/left-running.js';
import { killGraceMsDefault } from './work/executors/open-executor.js';
import { OpenKinds } from './work/open-kinds.js';
import { Recovery } from './work/recovery.js';
import { bringUpToDate } from './up-to-date.js';
import { Retention } from './work/expiry/retention.js';

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
  kinds?: KindList;
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
  { log = openLog(settings), kinds: kindList = allKinds, programs, signal }: ServiceOptions = {},
): Promise<Service> {
  const tell = (): void => {
    log.info('told to stop before the start was over');
  };
  signal?.addEventListener('abort', tell, { once: true });
  const kinds = await loadKinds(kindList);
  let owner = '';
  const executors = await openExecutors(kinds.list, settings, {
    runtime,
    environmentWith: (more) => environmentWith({ [ownerVariable]: owner, ...more }),
  });
  const { name, ownership } = engineOf(settings.DATABASE_URL);
  const lock = await afterCommands(() => ownership.takeForService(), runtime, signal);
  owner = ownership.mark();
  ownership.forgetAddress();
  const application = await openApplication({ settings, runtime, log, kinds, programs }, lock);
  const { app, parts, close } = application;
  try {
    // From here on the probes are answered, and everything else with 503 until it serves.
    await app.listen(settings.PORT, settings.HOST);
    const url = await app.getUrl();
    ownership.tellAddress(url);
    await bringUpToDate(application, signal);
    await endPrograms(owner, runtime, log);
    await recover(app, log);
    signal?.throwIfAborted();
    const openKinds = app.get(OpenKinds, { strict: false });
    for (const { expiry } of openKinds.expiries()) await expiry.afterwards?.(parts.database);
    signal?.throwIfAborted();
    signal?.removeEventListener('abort', tell);

    work(application, executors);
    app.get(Retention, { strict: false }).start();
    app.get(KeptAnswers, { strict: false }).start();
    parts.notary.follow({
      signal: app.get(LogSignal),
      runtime,
      onLook: () => parts.keyWatch.look(),
      onTrouble(error) {
        log.warn({ err: error }, 'the tree of the log could not be brought up to date');
      },
    });
    app.get(Health, { strict: false }).serving();
    leaveFilesForWork(application, executors, log);
    log.info({ url, database: name, executor: settings.EXECUTOR }, `Daybook listens on ${url}`);
    for (const { work } of openKinds.withWork())
      if (!executors.has(work.name)) log.warn(work.withoutExecutor);
    return { url, app, database: parts.database, stop: close };
  } catch (error) {
    await close();
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

/** Of the process itself, its threads and its databases; and of each program: its pipes, twice while it is started. */
const ownFiles = 128;
const filesOfProgram = 6;
/** Below this many, clients that keep their connections soon take all. */
const openFilesAdvised = 1_024;

/** Idle connections must not take the files that programs need: those beyond the limit are closed at once. */
function leaveFilesForWork({ app }: Application, executors: Executors, log: Logger): void {
  const filesMax = openFilesMax();
  if (filesMax === undefined) return;
  const kinds = app.get(OpenKinds, { strict: false }).withWork();
  const programs = kinds
    .filter(({ work }) => executors.has(work.name))
    .reduce((sum, { work }) => sum + work.concurrency, 0);
  const wanted = ownFiles + filesOfProgram * programs;
  const server = app.getHttpServer();
  server.maxConnections = Math.max(filesMax - wanted, 16);
  if (filesMax < Math.max(openFilesAdvised, 2 * wanted))
    log.warn(
      { open_files: filesMax, connections: server.maxConnections },
      'few files may be open at once: raise the limit (ulimit -n, LimitNOFILE)',
    );
}

async function endPrograms(owner: string, runtime: Runtime, log: Logger): Promise<void> {
  const groups = await endLeftRunning(owner, { runtime, killGraceMs: killGraceMsDefault });
  if (groups.length > 0)
    log.warn({ groups }, 'programs of the last service were still running, and were ended');
}

async function recover(app: NestFastifyApplication, log: Logger): Promise<void> {
  for (const { subjects, count, policy } of await app.get(Recovery, { strict: false }).recover())
    log.warn({ [subjects]: count, policy }, `${subjects} were running when the last service died`);
}

function work(
  { app, parts: { settings, database, metrics, tracing } }: Application,
  executors: Executors,
): void {
  const own = { source: app.get(CommandedWork, { strict: false }), executors };
  const triggerOf = async (streamId: string) =>
    (await metadataOfFirst(database.reader, streamId))?.traceparent;
  app.get(AtWork, { strict: false }).start({
    ...(tracing?.work(own, triggerOf) ?? own),
    graceMs: settings.SHUTDOWN_GRACE_MS,
    observer: metrics.executions,
  });
}
