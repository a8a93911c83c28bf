// A heartbeat: the worker is alive, so its attempt holds a while longer. No event; leases are operational.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { versionConflict } from '../event-store/version-conflict.js';
import { keeping, type AnswerKeeper } from '../idempotency/answer-keeper.js';
import type { Progress } from './executors/executor.js';
import { renewLease, type WorkId } from './leases.js';
import { OpenKinds } from './open-kinds.js';

export interface RenewedLease {
  leaseExpiresAt: string;
  /** The attempt ended with its whole subject: the worker should stop. */
  cancelled: boolean;
}

export class RenewLease extends Command<RenewedLease> {
  constructor(
    readonly work: WorkId,
    readonly attempt: number,
    readonly progress?: Progress,
    /** From `If-Match`: refused when the stream has moved on. */
    readonly expectedVersion?: number,
    readonly keeper?: AnswerKeeper<RenewedLease>,
  ) {
    super();
  }
}

@CommandHandler(RenewLease)
export class RenewLeaseHandler implements ICommandHandler<RenewLease> {
  constructor(
    private readonly database: Database,
    private readonly kinds: OpenKinds,
  ) {}

  /** @throws Refusal `version_conflict`, or what the kind says of an attempt that is not there or is over */
  async execute({ work, attempt, progress, expectedVersion, keeper }: RenewLease): Promise<RenewedLease> {
    const { streamId, workKey } = work;
    const streams = this.kinds.withWorkOn(streamId);
    if (streams === undefined) throw new Error(`${streamId} is of no kind whose work this Daybook knows`);
    if (!streams.isFolded(streamId)) await streams.foldAhead(this.database.reader, streamId);
    const { terms } = this.kinds.parts;
    const renewing = keeping(keeper, async (transaction) => {
      const { state, version } = await streams.load(transaction, streamId);
      if (expectedVersion !== undefined && version > 0 && expectedVersion !== version)
        throw versionConflict(streamId, expectedVersion, version);
      if (streams.work.attemptIn(state, workKey, attempt) === 'cancelled')
        return { leaseExpiresAt: terms.now(), cancelled: true };
      const leaseExpiresAt = terms.end();
      await renewLease(transaction, work, leaseExpiresAt, progress);
      return { leaseExpiresAt, cancelled: false };
    });
    return this.database.queue.run(renewing);
  }
}
