// The job of model-days: commands, queries and their controllers.
import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule, EventBus } from '@nestjs/cqrs';
import { EventStore } from '../event-store/event-store.js';
import { LogSignal } from '../event-store/log-signal.js';
import { HttpModule } from '../http/http.module.js';
import { Runtime } from '../runtime/runtime.js';
import { ChangeJobHandler } from './commands/change-job.js';
import { ClaimWorkHandler } from './commands/claim-work.js';
import { CreateJobHandler } from './commands/create-job.js';
import { ExpireLeaseHandler } from './commands/expire-lease.js';
import { RenewLeaseHandler } from './commands/renew-lease.js';
import { ConfigFolder } from './config-folder.js';
import { JobHistoryController } from './http/job-history.controller.js';
import { JobsController } from './http/jobs.controller.js';
import { ModelDaysController } from './http/model-days.controller.js';
import { SimulateController } from './http/simulate.controller.js';
import { JobPolicy } from './job-policy.js';
import { JobRecovery } from './job-recovery.js';
import { JobStreams } from './job-streams.js';
import { JobWorkSource } from './job-work-source.js';
import { OwnCommands } from './own-commands.js';
import {
  FindJobHandler,
  FindModelDayHandler,
  ListJobsHandler,
  ListModelDaysHandler,
  ReadJobWithDetailsHandler,
} from './queries/job-queries.js';
import { ReadJobHistoryHandler } from './queries/job-history.js';
import { JobTables } from './queries/job-tables.js';
import { ResultLimit } from './result-limit.js';

export interface SimulationOptions {
  configFolder: string;
  resultLimitBytes: number;
  limits: JobPolicy['limits'];
}

@Module({})
export class SimulationModule {
  static with({ configFolder, resultLimitBytes, limits }: SimulationOptions): DynamicModule {
    return {
      module: SimulationModule,
      imports: [CqrsModule, HttpModule],
      controllers: [SimulateController, JobsController, JobHistoryController, ModelDaysController],
      providers: [
        { provide: ConfigFolder, useValue: new ConfigFolder(configFolder) },
        { provide: ResultLimit, useValue: new ResultLimit(resultLimitBytes) },
        {
          provide: JobPolicy,
          useFactory: (runtime: Runtime) => new JobPolicy(runtime, limits),
          inject: [Runtime],
        },
        {
          provide: JobStreams,
          useFactory: (runtime: Runtime, signal: LogSignal, bus: EventBus) =>
            new JobStreams(new EventStore(runtime, signal), bus, limits.modelDaysMax),
          inject: [Runtime, LogSignal, EventBus],
        },
        CreateJobHandler,
        ChangeJobHandler,
        ClaimWorkHandler,
        RenewLeaseHandler,
        ExpireLeaseHandler,
        FindJobHandler,
        ListJobsHandler,
        ListModelDaysHandler,
        FindModelDayHandler,
        ReadJobWithDetailsHandler,
        ReadJobHistoryHandler,
        JobTables,
        OwnCommands,
        JobWorkSource,
        JobRecovery,
      ],
    };
  }
}
