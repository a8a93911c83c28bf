// What the context of simulations registers.
import type { ProjectedKind } from '../projection/projected.js';
import type { Kind } from '../kind/kind.js';
import type { JobCommand } from './domain/commands.js';
import type { JobEvent } from './domain/events.js';
import type { JobState } from './domain/job.js';
import { jobStreams } from './stream-kind.js';
import type { SimulationSettings } from './simulation.module.js';

export const jobKind: Kind<JobState, JobCommand, JobEvent> & ProjectedKind<JobState, JobCommand, JobEvent> = {
  ...jobStreams,
  async module(settings: SimulationSettings) {
    const { SimulationModule } = await import('./simulation.module.js');
    return SimulationModule.with(settings);
  },
};
