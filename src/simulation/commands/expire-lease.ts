// A lease that has run out is a failed attempt: a worker that died never blocks a job.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { eventName, type Metadata } from '../../event-store/event-store.js';
import { deleteLease, findLease, type LeaseRow, type WorkId } from '../../work/leases.js';
import { JobPolicy } from './job-policy.js';
import { JobStreams } from './job-streams.js';
import { modelDayOf } from '../model-day-work.js';

export class ExpireLease extends Command<void> {
  constructor(
    readonly work: WorkId,
    readonly metadata: Metadata,
  ) {
    super();
  }
}

@CommandHandler(ExpireLease)
export class ExpireLeaseHandler implements ICommandHandler<ExpireLease> {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobStreams,
    private readonly policy: JobPolicy,
  ) {}

  execute({ work, metadata }: ExpireLease): Promise<void> {
    return this.database.queue.run(async (transaction) => {
      // Whoever noticed read an older moment: a heartbeat may have come in since.
      const lease = await findLease(transaction, work);
      const now = this.policy.now();
      if (lease === undefined || lease.expires_at > now) return;
      const { date, model } = modelDayOf(work);
      await this.jobs.execute(
        transaction,
        work.streamId,
        {
          type: 'FailModelDay',
          date,
          model,
          attempt: lease.attempt,
          error: `The lease of worker ${lease.worker} ran out at ${lease.expires_at}: no heartbeat came in time`,
          failureCode: 'lease_expired',
          retryable: true,
          retryTimes: this.policy.retryTimes(),
          now,
        },
        causedBy(work.streamId, lease, metadata),
      );
      await deleteLease(transaction, work);
    });
  }
}

/** What ends with a lease follows from what it began with. */
export const causedBy = (
  streamId: string,
  { started_version: version }: Pick<LeaseRow, 'started_version'>,
  metadata: Metadata,
): Metadata => (version === null ? metadata : { ...metadata, causation_id: eventName(streamId, version) });
