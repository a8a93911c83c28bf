// A heartbeat: the worker is alive, so its attempt holds a while longer. No event; leases are operational.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { versionConflict } from '../../event-store/version-conflict.js';
import type { Progress } from '../../work/executors/executor.js';
import { renewLease } from '../../work/leases.js';
import { indexOf } from '../domain/job.js';
import { wasCancelled } from '../domain/model-day.js';
import { Refusal } from '../../runtime/refusal.js';
import { JobPolicy } from './job-policy.js';
import { JobStreams, streamOf } from './job-streams.js';
import { workOf, type ModelDayId } from '../model-day-work.js';

export interface RenewedLease {
  leaseExpiresAt: string;
  /** The attempt ended with its job: the worker should stop. */
  cancelled: boolean;
}

export class RenewLease extends Command<RenewedLease> {
  constructor(
    readonly modelDay: ModelDayId,
    readonly attempt: number,
    readonly progress?: Progress,
    /** From `If-Match`: refused when the job has moved on. */
    readonly expectedVersion?: number,
  ) {
    super();
  }
}

@CommandHandler(RenewLease)
export class RenewLeaseHandler implements ICommandHandler<RenewLease> {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobStreams,
    private readonly policy: JobPolicy,
  ) {}

  /** @throws Refusal `job_not_found`, `model_day_not_found`, `version_conflict`, `stale_attempt` */
  async execute({ modelDay, attempt, progress, expectedVersion }: RenewLease): Promise<RenewedLease> {
    const { jobId, date, model } = modelDay;
    const streamId = streamOf(jobId);
    if (!this.jobs.isFolded(streamId)) await this.jobs.foldAhead(this.database.reader, streamId);
    return this.database.queue.run(async (transaction) => {
      const { state: job, version } = await this.jobs.load(transaction, streamId);
      if (expectedVersion !== undefined && version > 0 && expectedVersion !== version)
        throw versionConflict(streamId, expectedVersion, version);
      if (job === undefined || job.removed)
        throw new Refusal('missing', 'job_not_found', 'There is no such job.');
      const found = job.modelDays.at(indexOf(job, date, model));
      if (found.status === 'running' && found.attempt === attempt) {
        const leaseExpiresAt = this.policy.leaseEnd();
        await renewLease(transaction, workOf({ jobId, date, model }), leaseExpiresAt, progress);
        return { leaseExpiresAt, cancelled: false };
      }
      if (wasCancelled(found, attempt)) return { leaseExpiresAt: this.policy.now(), cancelled: true };
      throw new Refusal('conflict', 'stale_attempt', `Attempt ${attempt} of "${model}" on ${date} is over.`, {
        current_attempt: found.attempt,
      });
    });
  }
}
