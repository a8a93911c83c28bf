// A job as it was: folded from its events up to a version or a moment. The history of a removed job stays readable.
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Log, type LoggedEvent } from '../../event-store/log.js';
import { Runtime } from '../../runtime/runtime.js';
import { evolve } from '../domain/evolve.js';
import type { Job, JobState } from '../domain/job.js';
import { Refusal } from '../../runtime/refusal.js';
import { jobs } from '../jobs.js';
import { streamOf } from '../commands/job-streams.js';

/** The moment asked for; one of the two. Times as Daybook writes them; both ends are included. */
export interface Moment {
  version?: number | undefined;
  at?: string | undefined;
}

export class ReadJobHistory extends Query<Job> {
  constructor(
    readonly jobId: string,
    readonly moment: Moment,
  ) {
    super();
  }
}

const pageSize = 500;

@QueryHandler(ReadJobHistory)
export class ReadJobHistoryHandler implements IQueryHandler<ReadJobHistory> {
  constructor(
    private readonly log: Log,
    private readonly runtime: Runtime,
  ) {}

  /** @throws Refusal `job_not_found`: there is none, or there was none yet; `version_not_found` */
  async execute({ jobId, moment }: ReadJobHistory): Promise<Job> {
    let state: JobState;
    for await (const event of this.eventsUntil(streamOf(jobId), moment))
      state = evolve(state, jobs.codec.decode(event));
    if (state === undefined) {
      const when = moment.at === undefined ? '' : ` at ${moment.at}`;
      throw new Refusal('missing', 'job_not_found', `There is no job ${jobId}${when}.`);
    }
    if (moment.version !== undefined && state.version < moment.version) {
      const detail = `Job ${jobId} is at version ${state.version}; it has no version ${moment.version} yet.`;
      throw new Refusal('missing', 'version_not_found', detail, { version: state.version });
    }
    return state;
  }

  private async *eventsUntil(streamId: string, { version, at }: Moment): AsyncGenerator<LoggedEvent> {
    const end = this.log.end();
    for (let position = 0; position < end;) {
      const { events, scannedTo } = this.log.page(position, end, pageSize, { streamId });
      for (const event of events) {
        if (version !== undefined && event.version > version) return;
        if (at !== undefined && event.recorded_at > at) return;
        yield event;
      }
      position = scannedTo;
      await this.runtime.nextTurn();
    }
  }
}
