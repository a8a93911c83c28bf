// How the rooms come together.
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import { Refusals } from './audit/refusals.js';
import { RemoteNotary } from './audit/remote-notary.js';
import { Verifier } from './audit/verifier.js';
import type { Settings } from './config.js';
import { Database } from './database/database.js';
import { Log } from './event-store/log.js';
import { LogSignal } from './event-store/log-signal.js';
import { HttpModule } from './http/http.module.js';
import { MetricsText } from './http/metrics.controller.js';
import { SERVICE_LOG } from './http/service-log.js';
import { Rebuilds } from './projection/rebuilds.js';
import { Runtime } from './runtime/runtime.js';
import type { JobPolicy } from './simulation/job-policy.js';
import { SimulationModule } from './simulation/simulation.module.js';

const jobLimitsOf = (settings: Settings): JobPolicy['limits'] => ({
  activeJobsMax: settings.MAX_ACTIVE_JOBS,
  modelDaysMax: settings.MAX_MODEL_DAYS,
  attemptsMax: settings.MAX_ATTEMPTS,
  retryBaseDelayMs: settings.RETRY_BASE_DELAY_MS,
  leaseMs: settings.LEASE_MS,
});

/** What is opened before the application is made. */
export interface Parts {
  database: Database;
  runtime: Runtime;
  log: Logger;
  notary: RemoteNotary;
  verifier: Verifier;
  rebuilds: Rebuilds;
  metrics: MetricsText;
}

@Global()
@Module({})
export class AppModule {
  static with(
    settings: Settings,
    { database, runtime, log, notary, verifier, rebuilds, metrics }: Parts,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        HttpModule,
        SimulationModule.with({
          configFolder: settings.CONFIG_DIR,
          resultLimitBytes: settings.RESULT_LIMIT_BYTES,
          limits: jobLimitsOf(settings),
        }),
      ],
      providers: [
        { provide: Database, useValue: database },
        { provide: Runtime, useValue: runtime },
        { provide: SERVICE_LOG, useValue: log },
        { provide: MetricsText, useValue: metrics },
        { provide: Log, useValue: new Log(database) },
        LogSignal,
        { provide: RemoteNotary, useValue: notary },
        { provide: Refusals, useValue: new Refusals(database, runtime) },
        { provide: Verifier, useValue: verifier },
        { provide: Rebuilds, useValue: rebuilds },
      ],
      exports: [
        Database,
        Runtime,
        SERVICE_LOG,
        MetricsText,
        Log,
        LogSignal,
        Refusals,
        RemoteNotary,
        Verifier,
        Rebuilds,
      ],
    };
  }
}
