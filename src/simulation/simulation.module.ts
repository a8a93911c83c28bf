// The job of model-days: commands, queries and their controllers.
import { Module, type DynamicModule } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { Runtime } from '../runtime/runtime.js';
import { OpenKinds } from '../work/open-kinds.js';
import { ChangeJobHandler } from './commands/change-job.js';
import { CreateJobHandler } from './commands/create-job.js';
import { ConfigFolder } from './request/config-folder.js';
import { JobCleanupController } from './http/job-cleanup.controller.js';
import { JobHistoryController } from './http/job-history.controller.js';
import { JobsController } from './http/jobs.controller.js';
import { ModelDaysController } from './http/model-days.controller.js';
import { SimulateController } from './http/simulate.controller.js';
import { JobPolicy } from './commands/job-policy.js';
import { JobProjector } from './rows/job-projector.js';
import { JobStreams } from './commands/job-streams.js';
import { jobQueryHandlers } from './queries/job-queries.js';
import { ReadJobHistoryHandler } from './queries/job-history.js';
import { JobTables } from './queries/job-tables.js';
import { ResultLimit } from './request/result-limit.js';
import { RowRemoval } from './rows/row-removal.js';

/** The settings that jobs live by (README, "Settings"). */
export interface SimulationSettings {
  CONFIG_DIR: string;
  RESULT_LIMIT_BYTES: number;
  MAX_ACTIVE_JOBS: number;
  MAX_MODEL_DAYS: number;
  MAX_ATTEMPTS: number;
  RETRY_BASE_DELAY_MS: number;
}

const limitsOf = (settings: SimulationSettings): JobPolicy['limits'] => ({
  activeJobsMax: settings.MAX_ACTIVE_JOBS,
  modelDaysMax: settings.MAX_MODEL_DAYS,
  attemptsMax: settings.MAX_ATTEMPTS,
  retryBaseDelayMs: settings.RETRY_BASE_DELAY_MS,
});

@Module({})
export class SimulationModule {
  static with(settings: SimulationSettings): DynamicModule {
    const limits = limitsOf(settings);
    return {
      module: SimulationModule,
      imports: [HttpModule],
      controllers: [
        SimulateController,
        JobsController,
        JobHistoryController,
        ModelDaysController,
        JobCleanupController,
      ],
      providers: [
        { provide: ConfigFolder, useValue: new ConfigFolder(settings.CONFIG_DIR) },
        { provide: ResultLimit, useValue: new ResultLimit(settings.RESULT_LIMIT_BYTES) },
        {
          provide: JobPolicy,
          useFactory: (runtime: Runtime) => new JobPolicy(runtime, limits),
          inject: [Runtime],
        },
        {
          provide: JobStreams,
          useFactory: (kinds: OpenKinds, projector: JobProjector) =>
            new JobStreams(kinds, projector, limits.modelDaysMax),
          inject: [OpenKinds, JobProjector],
        },
        JobProjector,
        CreateJobHandler,
        ChangeJobHandler,
        ...jobQueryHandlers,
        ReadJobHistoryHandler,
        JobTables,
        RowRemoval,
      ],
    };
  }
}
