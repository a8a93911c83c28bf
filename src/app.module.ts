// How the rooms come together.
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import { Refusals } from './audit/refusals.js';
import { RemoteNotary } from './audit/remote-notary.js';
import { Verifier } from './audit/verifier.js';
import type { Settings } from './config.js';
import { Database } from './database/database.js';
import { EventStore } from './event-store/event-store.js';
import { Log } from './event-store/log.js';
import { LogSignal } from './event-store/log-signal.js';
import { HttpModule } from './http/http.module.js';
import { MetricsText } from './http/metrics.controller.js';
import { SERVICE_LOG } from './http/service-log.js';
import { KINDS, type Kinds } from './kind/kind.js';
import { advanceCheckpoints } from './projection/checkpoint.js';
import { Rebuilds } from './projection/rebuilds.js';
import { Runtime } from './runtime/runtime.js';
import { WorkModule } from './work/work.module.js';

/** What is opened before the application is made. */
export interface Parts {
  database: Database;
  runtime: Runtime;
  log: Logger;
  kinds: Kinds;
  notary: RemoteNotary;
  verifier: Verifier;
  rebuilds: Rebuilds;
  metrics: MetricsText;
}

@Global()
@Module({})
export class AppModule {
  static async with(
    settings: Settings,
    { database, runtime, log, kinds, notary, verifier, rebuilds, metrics }: Parts,
  ): Promise<DynamicModule> {
    const work = await WorkModule.with(kinds.list, settings);
    const contexts = await Promise.all(kinds.list.flatMap((kind) => kind.module?.(settings) ?? []));
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot(), HttpModule, work, ...contexts],
      providers: [
        { provide: Database, useValue: database },
        { provide: Runtime, useValue: runtime },
        { provide: SERVICE_LOG, useValue: log },
        { provide: MetricsText, useValue: metrics },
        { provide: Log, useValue: new Log(database.reader, runtime.nextTurn) },
        LogSignal,
        { provide: KINDS, useValue: kinds.list },
        {
          provide: EventStore,
          useFactory: (signal: LogSignal) => new EventStore(runtime, signal, advanceCheckpoints),
          inject: [LogSignal],
        },
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
        KINDS,
        EventStore,
        Refusals,
        RemoteNotary,
        Verifier,
        Rebuilds,
      ],
    };
  }
}
