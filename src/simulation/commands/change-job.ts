// Every command on one job that exists: the decider knows what it means, this knows what has to be fetched for it.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import type { Transaction } from '../../database/transaction.js';
import { anonymous, namedAs, type Metadata } from '../../event-store/event-store.js';
import { keeping, type AnswerKeeper } from '../../idempotency/answer-keeper.js';
import type { Begun } from '../../work/kind-streams.js';
import { activeJobs } from './active-jobs.js';
import { blockerOf, type ActiveJob } from '../domain/admission.js';
import type { JobCommand } from '../domain/commands.js';
import type { JobEvent } from '../domain/events.js';
import { indexOf, type Job } from '../domain/job.js';
import { workerOf } from '../domain/model-day.js';
import { JobPolicy } from './job-policy.js';
import { JobStreams, jobStreamOf } from './job-streams.js';
import { RowRemoval } from '../rows/row-removal.js';

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

/** A command as a caller means it, without what only the transaction can know. */
export type JobIntent = DistributiveOmit<
  Exclude<JobCommand, { type: 'CreateJob' }>,
  'now' | 'blockedBy' | 'retryTimes'
>;

type Report = Extract<JobIntent, { attempt: number }>;

const isReport = (intent: JobIntent): intent is Report => 'attempt' in intent;

export interface ChangedJob {
  job: Job;
  /** Empty when it was so already. */
  events: readonly JobEvent[];
  /** The attempt that was started; null when none was. */
  begun: Begun | null;
}

export class ChangeJob extends Command<ChangedJob> {
  constructor(
    readonly jobId: string,
    readonly intent: JobIntent,
    readonly metadata: Metadata,
    /** From `If-Match`: refused when the job has moved on. */
    readonly expectedVersion?: number,
    readonly keeper?: AnswerKeeper<ChangedJob>,
  ) {
    super();
  }

  /** What metrics and traces call it. */
  get commandType(): string {
    return this.intent.type;
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

  async execute({ jobId, intent, metadata, expectedVersion, keeper }: ChangeJob): Promise<ChangedJob> {
    const streamId = jobStreamOf(jobId);
    if (!this.jobs.isFolded(streamId)) await this.jobs.foldAhead(this.database.reader, streamId);
    const work = keeping(keeper, async (transaction): Promise<ChangedJob> => {
      const blockedBy = intent.type === 'RetryJob' ? await this.blockerIn(transaction) : null;
      const command = this.complete(intent, blockedBy);
      const by = isReport(intent) ? await this.reportedBy(transaction, streamId, intent, metadata) : metadata;
      const done = await this.jobs.execute(transaction, streamId, command, by, expectedVersion);
      return { job: done.state as Job, events: done.events, begun: done.begun };
    });
    const changed = await this.database.queue.run(work);
    if (intent.type === 'RemoveJob') await this.rows.finish(jobId);
    return changed;
  }

  /** What is reported on an attempt is its worker's, unless the caller says who it is. */
  private async reportedBy(
    transaction: Transaction,
    streamId: string,
    { date, model, attempt }: Report,
    metadata: Metadata,
  ): Promise<Metadata> {
    if (metadata.actor !== anonymous) return metadata;
    const { state } = await this.jobs.load(transaction, streamId);
    if (state === undefined) return metadata;
    const worker = workerOf(state.modelDays.at(indexOf(state, date, model)), attempt);
    return worker === undefined ? metadata : namedAs(worker, metadata);
  }

  private complete(intent: JobIntent, blockedBy: ActiveJob | null): JobCommand {
    const now = this.policy.now();
    switch (intent.type) {
      case 'RetryJob':
        return { ...intent, blockedBy, now };
      case 'FailModelDay':
        return { ...intent, retryTimes: this.policy.retryTimes(), now };
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
    const tables = await this.jobs.projected(transaction);
    return blockerOf(await activeJobs(tables), this.policy.limits.activeJobsMax);
  }
}
