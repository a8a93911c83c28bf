// A job as it was: folded from its events up to a version or a moment. The history of a removed job stays readable.
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { foldStream } from '../../event-store/fold.js';
import { Room } from '../../runtime/room.js';
import { Runtime, type Cancel } from '../../runtime/runtime.js';
import type { Job } from '../domain/job.js';
import { Refusal } from '../../runtime/refusal.js';
import { jobStreams } from '../stream-kind.js';
import { jobStreamOf } from '../commands/job-streams.js';
import { WholeJob, type DetailPages } from './whole-job.js';
import { detailTextsOf, textOfJob } from './views.js';

/** The moment asked for; one of the two. Times as Daybook writes them; both ends are included. */
export interface Moment {
  version?: number | undefined;
  at?: string | undefined;
}

/** A folded job of 100,000 model-days takes tens of megabytes: how many are in memory at a time to be read. */
const placesMax = 2;

/** How long one may take to be read, in milliseconds: others wait for its place. */
export const historyMs = 60_000;

/** How many details one step of an answer has. */
const pageSize = 500;

export class ReadJobHistory extends Query<WholeJob> {
  constructor(
    readonly jobId: string,
    readonly moment: Moment,
  ) {
    super();
  }
}

@QueryHandler(ReadJobHistory)
export class ReadJobHistoryHandler implements IQueryHandler<ReadJobHistory> {
  private readonly room = new Room(placesMax);

  constructor(
    private readonly database: Database,
    private readonly runtime: Runtime,
  ) {}

  /** @throws Refusal `job_not_found`: there is none, or there was none yet; `version_not_found` */
  async execute({ jobId, moment }: ReadJobHistory): Promise<WholeJob> {
    const leave = await this.room.enter();
    try {
      await this.database.turn();
      const job = await this.fold(jobId, moment);
      await this.database.turn();
      return new WholeJob(textOfJob(job), new FoldedDetails(job, this.database, this.runtime, leave));
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async fold(jobId: string, { version, at }: Moment): Promise<Job> {
    const { state } = await foldStream(jobStreams, this.database.reader, jobStreamOf(jobId), {
      until: (event) =>
        (version !== undefined && event.version > version) || (at !== undefined && event.recorded_at > at),
      nextTurn: () => this.database.turn(),
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

class FoldedDetails implements DetailPages {
  private texts: Generator<string> | undefined;
  private isSlow = false;
  private readonly cancel: Cancel;

  constructor(
    job: Job,
    private readonly database: Database,
    runtime: Runtime,
    private readonly leave: () => void,
  ) {
    this.texts = detailTextsOf(job);
    this.cancel = runtime.after(historyMs, () => {
      this.isSlow = true;
      this.end();
    });
  }

  /** @throws Error when the reader was too slow */
  async next(): Promise<string | undefined> {
    await this.database.turn();
    if (this.isSlow) throw new Error(`a history was not read in ${historyMs / 1000} seconds`);
    const page: string[] = [];
    for (let next = this.texts?.next(); next?.done === false; next = this.texts?.next()) {
      page.push(next.value);
      if (page.length === pageSize) break;
    }
    if (page.length > 0) return page.join(',');
    this.end();
    return undefined;
  }

  end(): void {
    this.cancel();
    this.texts = undefined;
    this.leave();
  }
}
