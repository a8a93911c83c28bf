// What the context of simulations registers.
import type { Kind } from '../kind/kind.js';
import type { JobCommand } from './domain/commands.js';
import type { JobEvent } from './domain/events.js';
import type { JobState } from './domain/job.js';
import type { SimulationSettings } from './simulation.module.js';
import type { ModelDaySettings } from './work/model-days.js';

export const jobKind: Kind<JobState, JobCommand, JobEvent> = {
  async rules() {
    const { jobStreams } = await import('./stream-kind.js');
    return jobStreams;
  },
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
  async gauges() {
    const { jobGauges } = await import('./queries/job-gauges.js');
    return jobGauges;
  },
  async terminal() {
    const { jobTerminal } = await import('./cli/job-terminal.js');
    return jobTerminal;
  },
};
