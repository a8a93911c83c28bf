// How the rooms come together.
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { KeyWatch } from './audit/key-watch.js';
import { Refusals } from './audit/refusals.js';
import { RemoteNotary } from './audit/remote-notary.js';
import { Verifier } from './audit/verifier.js';
import { VerifyLogHandler } from './audit/verify-log.js';
import { Database } from './database/database.js';
import { EventStore } from './event-store/event-store.js';
import { Log } from './event-store/log.js';
import { LogSignal } from './event-store/log-signal.js';
import { HttpModule } from './http/http.module.js';
import { MetricsText } from './http/metrics.controller.js';
import { KeptAnswers } from './idempotency/kept-answers.js';
import { KINDS } from './kind/kind.js';
import { nested, WatchedCommandBus, type CommandWatch } from './observability/watched-command-bus.js';
import { PARTS, type Parts } from './parts.js';
import { advancePositions } from './projection/position.js';
import { CancelRebuildHandler, StartRebuildHandler } from './projection/rebuild-commands.js';
import { Rebuilds } from './projection/rebuilds.js';
import { Runtime } from './runtime/runtime.js';
import { SERVICE_LOG } from './runtime/service-log.js';
import { Shutdown } from './shutdown.js';
import { WorkModule } from './work/work.module.js';

/** The buses, for every module; commands pass one that is watched. */
function cqrs(watch: CommandWatch): DynamicModule {
  const module = CqrsModule.forRoot();
  const bus = {
    provide: CommandBus,
    useFactory: (ref: ModuleRef) => new WatchedCommandBus(ref, watch),
    inject: [ModuleRef],
  };
  return { ...module, providers: [...(module.providers ?? []), bus] };
}

@Global()
@Module({})
export class AppModule {
  static async with(parts: Parts): Promise<DynamicModule> {
    const { settings, database, runtime, log, kinds, notary, verifier, rebuilds, metrics, tracing } = parts;
    const work = await WorkModule.with(kinds.list, settings);
    const contexts = await Promise.all(kinds.list.flatMap((kind) => kind.module?.(settings) ?? []));
    return {
      module: AppModule,
      imports: [cqrs(nested(metrics.commands, tracing?.commands)), HttpModule, work, ...contexts],
      providers: [
        { provide: Database, useValue: database },
        { provide: Runtime, useValue: runtime },
        { provide: SERVICE_LOG, useValue: log },
        { provide: MetricsText, useValue: metrics },
        { provide: Log, useValue: new Log(database.reader, () => database.turn()) },
        LogSignal,
        { provide: KINDS, useValue: kinds.list },
        {
          provide: EventStore,
          useFactory: (signal: LogSignal) => new EventStore(runtime, signal, advancePositions),
          inject: [LogSignal],
        },
        { provide: RemoteNotary, useValue: notary },
        { provide: KeyWatch, useValue: parts.keyWatch },
        { provide: Refusals, useValue: new Refusals(database, runtime, metrics.refusals) },
        { provide: KeptAnswers, useValue: new KeptAnswers(database, runtime) },
        { provide: Verifier, useValue: verifier },
        VerifyLogHandler,
        { provide: Rebuilds, useValue: rebuilds },
        StartRebuildHandler,
        CancelRebuildHandler,
        { provide: PARTS, useValue: parts },
        Shutdown,
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
        KeptAnswers,
        RemoteNotary,
        KeyWatch,
        Verifier,
        Rebuilds,
      ],
    };
  }
}
