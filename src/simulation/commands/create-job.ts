// Creates a job, unless the same request is there already or another job is in the way.
import { createHash } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import type { Transaction } from '../../database/transaction.js';
import type { Metadata } from '../../event-store/event-store.js';
import type { ProjectedTables } from '../../event-store/projected-tables.js';
import { keeping, type AnswerKeeper } from '../../idempotency/answer-keeper.js';
import { Runtime, timestamp } from '../../runtime/runtime.js';
import { activeJobs, sameRequest } from './active-jobs.js';
import { blockerOf } from '../domain/admission.js';
import type { JobRequest } from '../domain/commands.js';
import type { Job } from '../domain/job.js';
import { JobPolicy } from './job-policy.js';
import { JobStreams, jobStreamOf } from './job-streams.js';

export interface WantedJob extends JobRequest {
  /** Make a new job even when the same request is there already. */
  rerun: boolean;
}

export interface CreatedJob {
  /** False when the same request was there already. */
  created: boolean;
  job: Job;
}

export class CreateJob extends Command<CreatedJob> {
  constructor(
    readonly wanted: WantedJob,
    readonly metadata: Metadata,
    readonly keeper?: AnswerKeeper<CreatedJob>,
  ) {
    super();
  }
}

@CommandHandler(CreateJob)
export class CreateJobHandler implements ICommandHandler<CreateJob> {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobStreams,
    private readonly policy: JobPolicy,
    private readonly runtime: Runtime,
  ) {}

  execute({ wanted: { rerun, ...request }, metadata, keeper }: CreateJob): Promise<CreatedJob> {
    const jobId = this.runtime.uuid();
    const requestFingerprint = fingerprintOf(request);
    const { activeJobsMax, modelDaysMax } = this.policy.limits;
    const work = keeping(keeper, async (transaction) => {
      const tables = await this.jobs.projected(transaction);
      const existing = rerun ? undefined : await this.find(transaction, tables, requestFingerprint);
      if (existing !== undefined) return { created: false, job: existing };
      const blockedBy = blockerOf(await activeJobs(tables), activeJobsMax);
      const now = timestamp(this.runtime.nowMs());
      const { state } = await this.jobs.execute(
        transaction,
        jobStreamOf(jobId),
        {
          type: 'CreateJob',
          ...request,
          ...{ jobId, requestFingerprint, modelDaysMax, blockedBy, now },
        },
        metadata,
      );
      return { created: true, job: state as Job };
    });
    return this.database.queue.run(work);
  }

  private async find(
    transaction: Transaction,
    tables: ProjectedTables,
    fingerprint: string,
  ): Promise<Job | undefined> {
    const jobId = await sameRequest(tables, fingerprint, this.runtime.nowMs());
    return jobId === undefined ? undefined : (await this.jobs.load(transaction, jobStreamOf(jobId))).state;
  }
}

/** Equal for the same set of dates, the same set of models and the same config path (§6.1). */
function fingerprintOf({ configPath, dates, models }: JobRequest): string {
  const canonical = JSON.stringify([configPath, dates.toSorted(), models.toSorted()]);
  return createHash('sha256').update(canonical).digest('hex');
}
