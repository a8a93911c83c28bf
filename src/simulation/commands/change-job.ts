// Every command on one job that exists: the decider knows what it means, this knows what has to be fetched for it.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import type { Awaitable, Transaction } from '../../database/transaction.js';
import type { Metadata } from '../../event-store/event-store.js';
import { deleteLease, deleteLeasesOfStream, insertLease } from '../../work/leases.js';
import { activeJobs } from './active-jobs.js';
import { blockerOf, type ActiveJob } from '../domain/admission.js';
import type { JobCommand } from '../domain/commands.js';
import type { JobEvent } from '../domain/events.js';
import type { Job } from '../domain/job.js';
import { JobPolicy } from './job-policy.js';
import { JobStreams, streamOf } from './job-streams.js';
import { workOf } from '../model-day-work.js';
import { RowRemoval } from '../rows/row-removal.js';

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

/** A command as a caller means it, without what only the transaction can know. */
export type JobIntent = DistributiveOmit<
  Exclude<JobCommand, { type: 'CreateJob' }>,
  'now' | 'blockedBy' | 'retryTimes'
>;

export interface ChangedJob {
  job: Job;
  /** Empty when it was so already. */
  events: readonly JobEvent[];
  /** When the attempt that was started must be renewed; null when none was. */
  leaseExpiresAt: string | null;
}

export class ChangeJob extends Command<ChangedJob> {
  constructor(
    readonly jobId: string,
    readonly intent: JobIntent,
    readonly metadata: Metadata,
    /** From `If-Match`: refused when the job has moved on. */
    readonly expectedVersion?: number,
  ) {
    super();
  }
}

@CommandHandler(ChangeJob)
export class ChangeJobHandler implements ICommandHandler<ChangeJob> {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobStreams,
    private readonly policy: JobPolicy,
    private readonly rows: RowRemoval,
  ) {}

  async execute(change: ChangeJob): Promise<ChangedJob> {
    const streamId = streamOf(change.jobId);
    if (!this.jobs.isFolded(streamId)) await this.jobs.foldAhead(this.database.reader, streamId);
    const changed = await this.change(change);
    if (change.intent.type === 'RemoveJob') await this.rows.finish(change.jobId);
    return changed;
  }

  private change({ jobId, intent, metadata, expectedVersion }: ChangeJob): Promise<ChangedJob> {
    const streamId = streamOf(jobId);
    return this.database.queue.run(async (transaction) => {
      const command = await this.complete(transaction, intent);
      const { state, version, events } = await this.jobs.execute(
        transaction,
        streamId,
        command,
        metadata,
        expectedVersion,
      );
      const leaseExpiresAt = intent.type === 'StartModelDay' ? this.policy.leaseEnd() : null;
      for (const event of events) await followWithLease(transaction, jobId, event, version, leaseExpiresAt);
      return { job: state as Job, events, leaseExpiresAt };
    });
  }

  private complete(transaction: Transaction, intent: JobIntent): Awaitable<JobCommand> {
    const now = this.policy.now();
    switch (intent.type) {
      case 'RetryJob':
        return this.blockerIn(transaction).then((blockedBy) => ({ ...intent, blockedBy, now }));
      case 'FailModelDay': {
        // Work that died with its service may start again at once; the others wait longer each time.
        const retryTimes =
          intent.failureCode === 'restart' ? this.policy.immediateRetryTimes() : this.policy.retryTimes();
        return { ...intent, retryTimes, now };
      }
      case 'CompleteModelDay': {
        // Nearly every command is one of these two: spelt out, they are objects of one shape each.
        const { type, date, model, attempt, result } = intent;
        return { type, date, model, attempt, result, now };
      }
      case 'StartModelDay': {
        const { type, date, model, worker } = intent;
        return { type, date, model, worker, now };
      }
      default:
        return { ...intent, now };
    }
  }

  private async blockerIn(transaction: Transaction): Promise<ActiveJob | null> {
    await this.jobs.project(transaction);
    return blockerOf(await activeJobs(transaction), this.policy.limits.activeJobsMax);
  }
}

/**
 * A running model-day has a lease, and no other has one.
 * @param version of the event; a start is the only event of its command
 */
export function followWithLease(
  transaction: Transaction,
  jobId: string,
  event: JobEvent,
  version: number,
  /** Null when nothing starts. */
  expiresAt: string | null,
  builtIn = false,
): Awaitable<unknown> {
  switch (event.type) {
    case 'ModelDayStarted': {
      const { streamId, workKey } = workOf({ jobId, date: event.data.date, model: event.data.model });
      const { attempt, worker } = event.data;
      return insertLease(transaction, {
        streamId,
        workKey,
        attempt,
        worker,
        builtIn,
        expiresAt: expiresAt as string,
        startedVersion: version,
      });
    }
    case 'JobClosed':
    case 'JobRemoved':
      return deleteLeasesOfStream(transaction, streamOf(jobId));
    case 'JobCreated':
    case 'JobRetried':
      return undefined;
    default:
      return deleteLease(transaction, workOf({ jobId, date: event.data.date, model: event.data.model }));
  }
}
