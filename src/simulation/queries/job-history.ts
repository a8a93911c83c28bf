// A job as it was: folded from its events up to a version or a moment. The history of a removed job stays readable.
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { foldStream } from '../../event-store/fold.js';
import { Runtime } from '../../runtime/runtime.js';
import type { Job } from '../domain/job.js';
import { Refusal } from '../../runtime/refusal.js';
import { jobStreams } from '../stream-kind.js';
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

@QueryHandler(ReadJobHistory)
export class ReadJobHistoryHandler implements IQueryHandler<ReadJobHistory> {
  constructor(
    private readonly database: Database,
    private readonly runtime: Runtime,
  ) {}

  /** @throws Refusal `job_not_found`: there is none, or there was none yet; `version_not_found` */
  async execute({ jobId, moment: { version, at } }: ReadJobHistory): Promise<Job> {
    const { state } = await foldStream(jobStreams, this.database.reader, streamOf(jobId), {
      until: (event) =>
        (version !== undefined && event.version > version) || (at !== undefined && event.recorded_at > at),
      nextTurn: () => this.runtime.nextTurn(),
    });
    if (state === undefined) {
      const when = at === undefined ? '' : ` at ${at}`;
      throw new Refusal('missing', 'job_not_found', `There is no job ${jobId}${when}.`);
    }
    if (version !== undefined && state.version < version) {
      const detail = `Job ${jobId} is at version ${state.version}; it has no version ${version} yet.`;
      throw new Refusal('missing', 'version_not_found', detail, { version: state.version });
    }
    return state;
  }
}
