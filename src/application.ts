// The application over its database: everything that answers requests. A service listens with it and works; a command
// opens it for a moment when no service runs.
import { NestFactory } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { checkpointSignedAtMs } from './audit/checkpoint-file.js';
import { Refusals } from './audit/refusals.js';
import { engineOf } from './database/engines.js';
import type { ServiceLock } from './database/service-lock.js';
import { Log } from './event-store/log.js';
import { compressAnswers } from './http/compression.js';
import { Health, refuseWhileStarting } from './http/health.js';
import { honourIdempotencyKeys } from './http/idempotency.js';
import { OpenStreams } from './http/open-streams.js';
import { serveOpenApi } from './http/openapi.js';
import { ProblemFilter } from './http/problem.filter.js';
import { requestLog } from './http/request-log.js';
import { createAdapter } from './http/server.js';
import { cutSlowReaders } from './http/slow-readers.js';
import { validationPipe } from './http/validation.js';
import { KeptAnswers } from './idempotency/kept-answers.js';
import { NestLog } from './nest-log.js';
import { gaugesOf } from './observability/gauges.js';
import { openParts, type Composition, type Parts } from './parts.js';
import { version } from './version.js';
import { StreamChanged } from './work/stream-changed.js';

export interface Application {
  app: NestFastifyApplication;
  parts: Parts;
  /** All of it, once; the lock of the database goes last. */
  close: () => Promise<void>;
}

/**
 * Everything that answers requests, over the database; nothing listens, recovers or works yet.
 *
 * @param lock of the database; released with the rest, also when opening fails
 * @throws UnusableDatabase
 */
export async function openApplication(composition: Composition, lock: ServiceLock): Promise<Application> {
  const parts = await openParts(composition, lock);
  let app: NestFastifyApplication | undefined;
  let closing: Promise<void> | undefined;
  const closeBoth = async (): Promise<void> => {
    await app?.close();
    await parts.close();
  };
  const close = (): Promise<void> => (closing ??= closeBoth());
  try {
    app = await createApp(parts);
    await app.init();
    await watchGauges(app, parts);
    return { app, parts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createApp(parts: Parts): Promise<NestFastifyApplication> {
  const { settings, runtime, log, metrics, tracing } = parts;
  const observers = [metrics.requests, requestLog(log)];
  const prepare = tracing?.requests.bind(tracing);
  const app = await NestFactory.create<NestFastifyApplication>(
    await AppModule.with(parts),
    createAdapter({
      bodyLimitBytes: settings.BODY_LIMIT_BYTES,
      connectionsMax: settings.MAX_CONNECTIONS,
      hosts: [settings.HOST, ...settings.ALLOWED_HOSTS],
      ...{ runtime, log, observers, prepare },
    }),
    { bodyParser: false, logger: new NestLog(log), abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter(log, app.get(Refusals)));
  app.useGlobalPipes(validationPipe);
  serveOpenApi(app);
  honourIdempotencyKeys(app.getHttpAdapter().getInstance(), app.get(KeptAnswers));
  compressAnswers(app.getHttpAdapter().getInstance());
  // Last, since it sends in pieces what the others see as a whole.
  cutSlowReaders(app.getHttpAdapter().getInstance(), runtime);
  refuseWhileStarting(app.getHttpAdapter().getInstance(), app.get(Health));
  return app;
}

async function watchGauges(
  app: NestFastifyApplication,
  { settings, database, kinds, rebuilds, metrics, runtime, verifier, keyFile }: Parts,
): Promise<void> {
  const log = app.get(Log);
  const health = app.get(Health, { strict: false });
  const streams = app.get(OpenStreams, { strict: false });
  for (const kind of kinds.list) metrics.watch((await kind.gauges?.()) ?? [], database.reader);
  const sights = {
    logEvents: () => log.end(),
    writesWaiting: () => database.queue.depth,
    liveStreams: () => streams.count,
    rebuild: () => rebuilds.progress,
    checkpointAtMs: () => checkpointSignedAtMs(keyFile),
    verification: () => verifier.last,
    nowMs: () => runtime.nowMs(),
    isReady: async () => (await health.whatIsWrong()) === undefined,
    files: engineOf(settings.DATABASE_URL).files,
    version,
  };
  app.get(EventBus, { strict: false }).subscribe((change) => {
    if (change instanceof StreamChanged) metrics.events(change.events);
  });
  metrics.watch(gaugesOf(sights), database.reader);
}
