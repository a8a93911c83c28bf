// The questions about jobs, each a message and its handler. Most are answered as JSON text: what is stored as that, and
// may be large, is neither parsed nor written again.
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { pageOf, type Listed, type Page } from '../../http/list.js';
import { Refusal } from '../../runtime/refusal.js';
import { Runtime } from '../../runtime/runtime.js';
import { nobody, type Holder } from '../../work/holder-view.js';
import { workKeyOf, type ModelDayId } from '../work/model-day-id.js';
import { jobText, listedModelDayTexts, modelDayText, summaryTexts, type JobText } from './views.js';
import { StoredDetails } from './job-details.js';
import {
  cursorOfJob,
  cursorOfModelDay,
  JobTables,
  type FoundModelDay,
  type JobFilter,
  type JobProgress,
  type ModelDayFilter,
} from './job-tables.js';
import { resultTextOf } from './result-text.js';
import type { WholeJob } from './whole-job.js';

const jobNotFound = (jobId: string): Refusal =>
  new Refusal('missing', 'job_not_found', `There is no job ${jobId}.`);

const whole = ({ before, after }: JobText): string => before + after;

interface FoundText {
  version: number;
  /** JSON. */
  text: string;
}

/** One job; the newest when no id is given. */
export class FindJob extends Query<FoundText> {
  constructor(readonly jobId?: string) {
    super();
  }
}

@QueryHandler(FindJob)
class FindJobHandler implements IQueryHandler<FindJob> {
  constructor(
    private readonly tables: JobTables,
    private readonly database: Database,
  ) {}

  /** @throws Refusal `job_not_found`, `no_jobs` */
  async execute({ jobId }: FindJob): Promise<FoundText> {
    await this.database.turn();
    const job = await (jobId === undefined ? this.tables.newest() : this.tables.find(jobId));
    if (job !== undefined)
      return { version: job.version, text: whole(jobText(job, await this.tables.current(job))) };
    throw jobId === undefined
      ? new Refusal('missing', 'no_jobs', 'There is no job yet.')
      : jobNotFound(jobId);
  }
}

/** How far a job is: what changes of it, without its lists. */
export class FindJobProgress extends Query<JobProgress> {
  constructor(readonly jobId: string) {
    super();
  }
}

@QueryHandler(FindJobProgress)
class FindJobProgressHandler implements IQueryHandler<FindJobProgress> {
  constructor(private readonly tables: JobTables) {}

  /** @throws Refusal `job_not_found` */
  async execute({ jobId }: FindJobProgress): Promise<JobProgress> {
    const progress = await this.tables.progress(jobId);
    if (progress === undefined) throw jobNotFound(jobId);
    return progress;
  }
}

export class ListJobs extends Query<Page> {
  constructor(readonly filter: JobFilter) {
    super();
  }
}

@QueryHandler(ListJobs)
class ListJobsHandler implements IQueryHandler<ListJobs> {
  constructor(private readonly tables: JobTables) {}

  execute({ filter }: ListJobs): Promise<Page> {
    return pageOf(this.listed({ ...filter, limit: filter.limit + 1 }), filter.limit);
  }

  private async *listed(filter: JobFilter): AsyncGenerator<Listed[]> {
    for await (const slice of this.tables.list(filter)) {
      const jobs = slice.map(async (job) => ({
        texts: summaryTexts(job, await this.tables.current(job)),
        cursor: cursorOfJob(job),
      }));
      yield await Promise.all(jobs);
    }
  }
}

export class ListModelDays extends Query<Page> {
  constructor(readonly filter: ModelDayFilter) {
    super();
  }
}

@QueryHandler(ListModelDays)
class ListModelDaysHandler implements IQueryHandler<ListModelDays> {
  constructor(private readonly tables: JobTables) {}

  /** @throws Refusal `job_not_found` */
  async execute({ filter }: ListModelDays): Promise<Page> {
    const page = await pageOf(this.listed({ ...filter, limit: filter.limit + 1 }), filter.limit);
    if (page.items.length === 0 && !(await this.tables.has(filter.jobId))) throw jobNotFound(filter.jobId);
    return page;
  }

  private async *listed(filter: ModelDayFilter): AsyncGenerator<Listed[]> {
    let holders: ReadonlyMap<string, Holder> | undefined;
    for await (const slice of this.tables.modelDays(filter)) {
      if (slice.some(({ status }) => status === 'running'))
        holders ??= await this.tables.holders(filter.jobId);
      yield slice.map((row) => ({
        texts: listedModelDayTexts(
          row,
          resultOf(row),
          holders?.get(workKeyOf(row.date, row.model)) ?? nobody,
        ),
        cursor: cursorOfModelDay(row),
      }));
    }
  }
}

/** As JSON text. */
const resultOf = ({ data }: FoundModelDay): string => (data === null ? 'null' : resultTextOf(data));

/** As JSON text. */
export class FindModelDay extends Query<string> {
  constructor(readonly id: ModelDayId) {
    super();
  }
}

@QueryHandler(FindModelDay)
class FindModelDayHandler implements IQueryHandler<FindModelDay> {
  constructor(
    private readonly tables: JobTables,
    private readonly database: Database,
  ) {}

  /** @throws Refusal `job_not_found`, `model_day_not_found` */
  async execute({ id }: FindModelDay): Promise<string> {
    await this.database.turn();
    const row = await this.tables.modelDay(id);
    if (row !== undefined) return modelDayText(row, resultOf(row), await this.tables.holder(id));
    if (!(await this.tables.has(id.jobId))) throw jobNotFound(id.jobId);
    const detail = `Job ${id.jobId} has no model-day of "${id.model}" on ${id.date}.`;
    throw new Refusal('missing', 'model_day_not_found', detail);
  }
}

export class ReadJobWithDetails extends Query<WholeJob> {
  constructor(readonly jobId: string) {
    super();
  }
}

@QueryHandler(ReadJobWithDetails)
class ReadJobWithDetailsHandler implements IQueryHandler<ReadJobWithDetails> {
  constructor(
    private readonly database: Database,
    private readonly runtime: Runtime,
  ) {}

  /** @throws Refusal `job_not_found` */
  async execute({ jobId }: ReadJobWithDetails): Promise<WholeJob> {
    const found = await StoredDetails.open(this.database, this.runtime, jobId);
    if (found === undefined) throw jobNotFound(jobId);
    return found;
  }
}

/** What the module provides. */
export const jobQueryHandlers = [
  FindJobHandler,
  FindJobProgressHandler,
  ListJobsHandler,
  ListModelDaysHandler,
  FindModelDayHandler,
  ReadJobWithDetailsHandler,
];
