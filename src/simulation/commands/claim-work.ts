// Claims model-days for a worker: those that may start now, oldest job first, date by date.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import type { Transaction } from '../../database/transaction.js';
import type { Metadata } from '../../event-store/event-store.js';
import { activeJobIds } from './active-jobs.js';
import { modelAt, dateAt, openDate, type Job } from '../domain/job.js';
import { JobPolicy } from './job-policy.js';
import { JobStreams, streamOf } from './job-streams.js';
import type { ModelDayId } from '../model-day-work.js';
import { followWithLease } from './change-job.js';

export interface ClaimedModelDay extends ModelDayId {
  attempt: number;
  configPath: string;
  leaseExpiresAt: string;
  /** The version of the event by which it was started. */
  startedVersion: number;
}

export interface ClaimedWork {
  claims: readonly ClaimedModelDay[];
  /** The earliest time at which a model-day that waits for its next attempt may start; null for none. */
  nextAt: string | null;
}

export class ClaimWork extends Command<ClaimedWork> {
  constructor(
    readonly worker: string,
    readonly max: number,
    /** The worker lives in this process, and dies with it. */
    readonly builtIn: boolean,
    readonly metadata: Metadata,
  ) {
    super();
  }
}

@CommandHandler(ClaimWork)
export class ClaimWorkHandler implements ICommandHandler<ClaimWork> {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobStreams,
    private readonly policy: JobPolicy,
  ) {}

  execute(command: ClaimWork): Promise<ClaimedWork> {
    return this.database.queue.run(async (transaction) => {
      await this.jobs.project(transaction);
      const claims: ClaimedModelDay[] = [];
      const waiting: string[] = [];
      for (const jobId of await activeJobIds(transaction)) {
        const { state } = await this.jobs.load(transaction, streamOf(jobId));
        const job = state as Job;
        for (const index of openDate(job)) {
          if (claims.length >= command.max) return { claims, nextAt: null };
          const { status, notBefore } = job.modelDays.at(index);
          if (status !== 'pending') continue;
          if (notBefore !== null && notBefore > this.policy.now()) {
            waiting.push(notBefore);
            continue;
          }
          claims.push(await this.start(transaction, job, index, command));
        }
      }
      return { claims, nextAt: waiting.toSorted()[0] ?? null };
    });
  }

  private async start(
    transaction: Transaction,
    job: Job,
    index: number,
    { worker, builtIn, metadata }: ClaimWork,
  ): Promise<ClaimedModelDay> {
    const { jobId, configPath } = job;
    const date = dateAt(job, index);
    const model = modelAt(job, index);
    const leaseExpiresAt = this.policy.leaseEnd();
    const { events, version } = await this.jobs.execute(
      transaction,
      streamOf(jobId),
      { type: 'StartModelDay', date, model, worker, now: this.policy.now() },
      metadata,
    );
    for (const event of events)
      await followWithLease(transaction, jobId, event, version, leaseExpiresAt, builtIn);
    const attempt = job.modelDays.at(index).attempt + 1;
    return { jobId, date, model, attempt, configPath, leaseExpiresAt, startedVersion: version };
  }
}
