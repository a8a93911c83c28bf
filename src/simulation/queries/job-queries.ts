// The questions about jobs, each a message and its handler.
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import type { Snapshot } from '../../database/reader.js';
import type { JobDetailRow } from '../rows/tables.js';
import { Refusal } from '../../runtime/refusal.js';
import { nobody, type Holder } from '../../work/holder-view.js';
import { workKeyOf, type ModelDayId } from '../work/model-day-id.js';
import {
  detailView,
  jobView,
  listedModelDayView,
  modelDayView,
  summaryOf,
  type DetailView,
  type JobSummaryView,
  type JobView,
  type JobWithProgress,
  type ListedModelDayView,
  type ModelDayView,
} from './views.js';
import {
  currentIn,
  JobTables,
  type FoundModelDay,
  type JobFilter,
  type ModelDayFilter,
} from './job-tables.js';

const jobNotFound = (jobId: string): Refusal =>
  new Refusal('missing', 'job_not_found', `There is no job ${jobId}.`);

/** One job; the newest when no id is given. */
export class FindJob extends Query<JobView> {
  constructor(readonly jobId?: string) {
    super();
  }
}

@QueryHandler(FindJob)
class FindJobHandler implements IQueryHandler<FindJob> {
  constructor(private readonly tables: JobTables) {}

  /** @throws Refusal `job_not_found`, `no_jobs` */
  async execute({ jobId }: FindJob): Promise<JobView> {
    const job = await (jobId === undefined ? this.tables.newest() : this.tables.find(jobId));
    if (job !== undefined) return job;
    throw jobId === undefined
      ? new Refusal('missing', 'no_jobs', 'There is no job yet.')
      : jobNotFound(jobId);
  }
}

export class ListJobs extends Query<Page<JobSummaryView>> {
  constructor(readonly filter: JobFilter) {
    super();
  }
}

/** A page of a list, and where the next one starts; null when this is the last. */
export interface Page<Item> {
  items: Item[];
  next: readonly (string | number)[] | null;
}

@QueryHandler(ListJobs)
class ListJobsHandler implements IQueryHandler<ListJobs> {
  constructor(private readonly tables: JobTables) {}

  async execute({ filter }: ListJobs): Promise<Page<JobSummaryView>> {
    const found = await this.tables.list({ ...filter, limit: filter.limit + 1 });
    const page = found.slice(0, filter.limit);
    const next = found.length > page.length ? (page.at(-1)?.cursor ?? null) : null;
    return { items: page.map(({ job }) => summaryOf(job)), next };
  }
}

export class ListModelDays extends Query<Page<ListedModelDayView>> {
  constructor(readonly filter: ModelDayFilter) {
    super();
  }
}

@QueryHandler(ListModelDays)
class ListModelDaysHandler implements IQueryHandler<ListModelDays> {
  constructor(private readonly tables: JobTables) {}

  /** @throws Refusal `job_not_found` */
  async execute({ filter }: ListModelDays): Promise<Page<ListedModelDayView>> {
    const found = await this.tables.modelDays({ ...filter, limit: filter.limit + 1 });
    if (found.length === 0 && (await this.tables.find(filter.jobId)) === undefined)
      throw jobNotFound(filter.jobId);
    const page = found.slice(0, filter.limit);
    const last = page.at(-1);
    const next = found.length > page.length && last !== undefined ? [last.date, last.model] : null;
    const holders = page.some(({ status }) => status === 'running')
      ? await this.tables.holders(filter.jobId)
      : undefined;
    const holderOf = ({ date, model }: FoundModelDay): Holder =>
      holders?.get(workKeyOf(date, model)) ?? nobody;
    return { items: page.map((row) => listedModelDayView(row, row.result, holderOf(row))), next };
  }
}

export class FindModelDay extends Query<ModelDayView> {
  constructor(readonly id: ModelDayId) {
    super();
  }
}

@QueryHandler(FindModelDay)
class FindModelDayHandler implements IQueryHandler<FindModelDay> {
  constructor(private readonly tables: JobTables) {}

  /** @throws Refusal `job_not_found`, `model_day_not_found` */
  async execute({ id }: FindModelDay): Promise<ModelDayView> {
    const row = await this.tables.modelDay(id);
    if (row !== undefined) return modelDayView(row, row.result, await this.tables.holder(id));
    if ((await this.tables.find(id.jobId)) === undefined) throw jobNotFound(id.jobId);
    const detail = `Job ${id.jobId} has no model-day of "${id.model}" on ${id.date}.`;
    throw new Refusal('missing', 'model_day_not_found', detail);
  }
}

/** A job with all its details, of one moment; the details come in pages, since a grid may be large. */
export interface JobWithDetails {
  job: JobView;
  details: AsyncIterableIterator<DetailView[]>;
}

export class ReadJobWithDetails extends Query<JobWithDetails> {
  constructor(readonly jobId: string) {
    super();
  }
}

const detailsPage = 1_000;

@QueryHandler(ReadJobWithDetails)
class ReadJobWithDetailsHandler implements IQueryHandler<ReadJobWithDetails> {
  constructor(private readonly database: Database) {}

  /** @throws Refusal `job_not_found` */
  async execute({ jobId }: ReadJobWithDetails): Promise<JobWithDetails> {
    const snapshot = await this.database.openSnapshot();
    try {
      const row = await snapshot.get<JobWithProgress>(
        'SELECT * FROM jobs JOIN job_progress USING (job_id) WHERE job_id = ?',
        jobId,
      );
      if (row === undefined) throw jobNotFound(jobId);
      return {
        job: jobView(row, await currentIn(snapshot, jobId)),
        details: new DetailPages(snapshot, jobId),
      };
    } catch (error) {
      snapshot.close();
      throw error;
    }
  }
}

/**
 * An iterator and no generator: `return` on a generator that was never started would leave the snapshot open when a
 * client goes away before the first page.
 */
class DetailPages implements AsyncIterableIterator<DetailView[]> {
  private after: [date: string, model: string] = ['', ''];
  private isLast = false;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly jobId: string,
  ) {}

  async next(): Promise<IteratorResult<DetailView[], undefined>> {
    if (this.isLast) return this.return();
    const page = await this.snapshot.all<JobDetailRow>(
      `SELECT * FROM job_details WHERE job_id = ? AND (date, model) > (?, ?) ORDER BY date, model LIMIT ${detailsPage}`,
      this.jobId,
      ...this.after,
    );
    const last = page.at(-1);
    if (last !== undefined) this.after = [last.date, last.model];
    this.isLast = page.length < detailsPage;
    if (this.isLast) this.snapshot.close();
    return { done: false, value: page.map(detailView) };
  }

  return(): Promise<IteratorResult<DetailView[], undefined>> {
    this.isLast = true;
    this.snapshot.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** What the module provides. */
export const jobQueryHandlers = [
  FindJobHandler,
  ListJobsHandler,
  ListModelDaysHandler,
  FindModelDayHandler,
  ReadJobWithDetailsHandler,
];
