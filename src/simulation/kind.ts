// What the context of simulations registers.
import type { ProjectedKind } from '../projection/projected.js';
import type { Kind } from '../kind/kind.js';
import type { JobCommand } from './domain/commands.js';
import type { JobEvent } from './domain/events.js';
import type { JobState } from './domain/job.js';
import { jobStreams } from './stream-kind.js';
import type { SimulationSettings } from './simulation.module.js';
import type { ModelDaySettings } from './work/model-days.js';

export const jobKind: Kind<JobState, JobCommand, JobEvent> & ProjectedKind<JobState, JobCommand, JobEvent> = {
  ...jobStreams,
  async work(settings: ModelDaySettings) {
    const { modelDays } = await import('./work/model-days.js');
    return modelDays(settings);
  },
  async expiry({ RETENTION_DAYS: retentionDays }: { RETENTION_DAYS?: number | undefined }) {
    const { jobExpiry } = await import('./work/ended-jobs.js');
    return jobExpiry(retentionDays);
  },
  async module(settings: SimulationSettings) {
    const { SimulationModule } = await import('./simulation.module.js');
    return SimulationModule.with(settings);
  },
};
