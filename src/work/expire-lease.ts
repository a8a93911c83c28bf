// A lease that has run out is a failed attempt: a worker that died never blocks anything.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { eventName, type Metadata } from '../event-store/event-store.js';
import { Runtime } from '../runtime/runtime.js';
import { deleteLease, findLease, type LeaseRow, type WorkId } from './leases.js';
import { OpenKinds } from './open-kinds.js';
import { retryTimes } from './retries.js';
import type { Failure } from './work-kind.js';

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
    private readonly kinds: OpenKinds,
    private readonly runtime: Runtime,
  ) {}

  execute({ work: piece, metadata }: ExpireLease): Promise<void> {
    return this.database.queue.run(async (transaction) => {
      // Whoever noticed read an older moment: a heartbeat may have come in since.
      const lease = await findLease(transaction, piece);
      const { from: now, to } = this.kinds.parts.terms.holding();
      const streams = this.kinds.withWorkOn(piece.streamId);
      if (lease === undefined || streams === undefined) return;
      if (lease.expires_at > now && lease.expires_at <= to) return;
      const { work } = streams;
      const failure: Failure = {
        cause: 'lease_expired',
        error: `The lease of worker ${lease.worker} ran out at ${lease.expires_at}: no heartbeat came in time`,
        retryable: true,
      };
      const times = retryTimes(work.retriesOf(failure), this.runtime);
      await streams.execute(
        transaction,
        piece.streamId,
        work.fail(piece.workKey, lease.attempt, failure, times, now),
        causedBy(lease, metadata),
      );
      deleteLease(transaction, piece);
    });
  }
}

/** What ends with a lease follows from what it began with. */
export const causedBy = (
  { stream_id: streamId, started_version: version }: Pick<LeaseRow, 'stream_id' | 'started_version'>,
  metadata: Metadata,
): Metadata => (version === null ? metadata : { ...metadata, causation_id: eventName(streamId, version) });
