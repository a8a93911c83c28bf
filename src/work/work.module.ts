// The work of all kinds: the commands on leases and what has ended, and the kinds as they are open.
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { OwnCommands } from '../audit/own-commands.js';
import { EventStore } from '../event-store/event-store.js';
import { Runtime } from '../runtime/runtime.js';
import { AtWork } from './at-work.js';
import { ChangeStreamHandler } from './change-stream.js';
import { ClaimWorkHandler } from './claim-work.js';
import { CleanUpHandler } from './expiry/clean-up.js';
import { Retention } from './expiry/retention.js';
import { CommandedWork } from './commanded-work.js';
import { ExpireLeaseHandler } from './expire-lease.js';
import { LeaseTerms } from './lease-terms.js';
import { describeKinds, OpenKinds } from './open-kinds.js';
import { Recovery } from './recovery.js';
import { RenewLeaseHandler } from './renew-lease.js';
import type { WorkingKind } from './working-kind.js';

/** The settings that the work of every kind lives by (README, "Settings"). */
interface WorkSettings {
  LEASE_MS: number;
}

@Global()
@Module({})
export class WorkModule {
  static async with(kinds: readonly WorkingKind[], settings: WorkSettings): Promise<DynamicModule> {
    const described = await describeKinds(kinds, settings);
    return {
      module: WorkModule,
      providers: [
        {
          provide: OpenKinds,
          useFactory: (store: EventStore, bus: EventBus, runtime: Runtime) =>
            new OpenKinds(described, { store, bus, terms: new LeaseTerms(runtime, settings.LEASE_MS) }),
          inject: [EventStore, EventBus, Runtime],
        },
        ChangeStreamHandler,
        ClaimWorkHandler,
        RenewLeaseHandler,
        ExpireLeaseHandler,
        CleanUpHandler,
        OwnCommands,
        CommandedWork,
        Recovery,
        AtWork,
        Retention,
      ],
      exports: [OpenKinds, AtWork, Retention],
    };
  }
}
