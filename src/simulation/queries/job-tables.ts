// Reads of the job tables, on the connection that only reads.
import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { Database } from '../../database/database.js';
import { readHolder, readHolders, type Holder, type HolderView } from '../../work/holder-view.js';
import { entityOf } from '../../database/entity.js';
import type { Reader } from '../../database/reader.js';
import { sliceCharacters } from '../../database/slice.js';
import type { Value } from '../../database/transaction.js';
import { jobDetails, jobs, type JobDetailRow, type JobProgressRow, type JobRow } from '../rows/tables.js';
import type { Counts, JobStatus, ModelDayStatus } from '../domain/status.js';
import { jobStreamOf } from '../commands/job-streams.js';
import { workOf, type ModelDayId } from '../work/model-day-id.js';
import type { RunningModelDay } from './views.js';

export interface JobFilter {
  status?: JobStatus | undefined;
  /** Both ends are included. */
  createdFrom?: string | undefined;
  createdTo?: string | undefined;
  limit: number;
  after?: readonly [createdAt: string, createdPosition: number] | undefined;
}

export interface ModelDayFilter {
  jobId: string;
  status?: ModelDayStatus | undefined;
  date?: string | undefined;
  model?: string | undefined;
  limit: number;
  after?: readonly [date: string, model: string] | undefined;
}

/** With the stored data of the event that holds its result. */
export type FoundModelDay = JobDetailRow & { data: string | null };

/** The rows of a large job that was removed go slice by slice: from the first on there is no such job. */
const isNotRemoved = 'EXISTS (SELECT 1 FROM job_progress WHERE job_id = :jobId)';

export type FoundJob = JobRow & JobProgressRow;

export type JobProgress = Pick<FoundJob, 'job_id' | 'status' | 'version' | keyof Counts> & {
  total_model_days: number;
  current: RunningModelDay | null;
};

@Injectable()
export class JobTables {
  constructor(private readonly database: Database) {}

  async find(jobId: string): Promise<FoundJob | undefined> {
    return this.jobs().where('job.job_id = :jobId', { jobId }).getRawOne<FoundJob>();
  }

  async newest(): Promise<FoundJob | undefined> {
    return this.newestFirst().limit(1).getRawOne<FoundJob>();
  }

  async has(jobId: string): Promise<boolean> {
    const found = await this.database.reader.get('SELECT 1 FROM job_progress WHERE job_id = ?', jobId);
    return found !== undefined;
  }

  /** What changes of a job, without its lists. */
  async progress(jobId: string): Promise<JobProgress | undefined> {
    const row = await this.database.reader.get<Omit<JobProgress, 'current'>>(
      `SELECT job_id, status, version, total_model_days, completed, failed, running, pending
       FROM jobs JOIN job_progress USING (job_id) WHERE job_id = ?`,
      jobId,
    );
    return row && { ...row, current: await this.current(row) };
  }

  /** Newest first, in slices. */
  list(filter: JobFilter): AsyncGenerator<FoundJob[]> {
    return this.slices(filter, (after, limit) => this.jobsAfter({ ...filter, after, limit }), cursorOfJob);
  }

  /** By date, then model, in slices. */
  modelDays(filter: ModelDayFilter): AsyncGenerator<FoundModelDay[]> {
    return this.slices(
      filter,
      (after, limit) => this.modelDaysAfter({ ...filter, after, limit }),
      cursorOfModelDay,
    );
  }

  async modelDay({ jobId, date, model }: ModelDayId): Promise<FoundModelDay | undefined> {
    return this.details()
      .where('detail.job_id = :jobId AND detail.date = :date AND detail.model = :model', {
        jobId,
        date,
        model,
      })
      .andWhere(isNotRemoved)
      .getRawOne<FoundModelDay>();
  }

  /** The first model-day that runs. */
  async current({ job_id: jobId, running }: Pick<FoundJob, 'job_id' | 'running'>) {
    return running === 0 ? null : currentIn(this.database.reader, jobId);
  }

  holder(modelDay: ModelDayId): Promise<HolderView> {
    return readHolder(this.database.reader, workOf(modelDay));
  }

  /** Of those model-days of a job that run, by what names them as work. */
  holders(jobId: string): Promise<ReadonlyMap<string, Holder>> {
    return readHolders(this.database.reader, jobStreamOf(jobId));
  }

  private jobs(): SelectQueryBuilder<JobRow> {
    return this.database.source
      .createQueryBuilder<JobRow>(entityOf(jobs), 'job')
      .innerJoin('job_progress', 'progress', 'progress.job_id = job.job_id')
      .select(['job.*', 'progress.*']);
  }

  private newestFirst(): SelectQueryBuilder<JobRow> {
    return this.jobs().orderBy('job.created_at', 'DESC').addOrderBy('created_position', 'DESC');
  }

  /** Results are read from the log: the row says which event holds it. */
  private details(): SelectQueryBuilder<JobDetailRow> {
    return this.database.source
      .createQueryBuilder<JobDetailRow>(entityOf(jobDetails), 'detail')
      .leftJoin(
        'events',
        'event',
        `event.stream_id = '${jobStreamOf('')}' || detail.job_id AND event.version = result_version`,
      )
      .select(['detail.*', 'event.data AS data']);
  }

  private jobsAfter(filter: JobFilter): SelectQueryBuilder<JobRow> {
    const query = this.newestFirst().limit(filter.limit);
    if (filter.status !== undefined) query.andWhere('job.status = :status', { status: filter.status });
    if (filter.createdFrom !== undefined)
      query.andWhere('job.created_at >= :from', { from: filter.createdFrom });
    if (filter.createdTo !== undefined) query.andWhere('job.created_at <= :to', { to: filter.createdTo });
    if (filter.after !== undefined) {
      const [createdAt, position] = filter.after;
      query.andWhere('(job.created_at, created_position) < (:createdAt, :position)', { createdAt, position });
    }
    return query;
  }

  private modelDaysAfter(filter: ModelDayFilter): SelectQueryBuilder<JobDetailRow> {
    const query = this.details()
      .where('detail.job_id = :jobId', { jobId: filter.jobId })
      .andWhere(isNotRemoved);
    if (filter.status !== undefined) query.andWhere('detail.status = :status', { status: filter.status });
    if (filter.date !== undefined) query.andWhere('detail.date = :date', { date: filter.date });
    if (filter.model !== undefined) query.andWhere('detail.model = :model', { model: filter.model });
    if (filter.after !== undefined) {
      const [afterDate, afterModel] = filter.after;
      query.andWhere('(detail.date, detail.model) > (:afterDate, :afterModel)', { afterDate, afterModel });
    }
    return query.orderBy('detail.date').addOrderBy('detail.model').limit(filter.limit);
  }

  /** A list in slices, each after the last row of the one before. */
  private async *slices<Row, Cursor>(
    { after: first, limit }: { after?: Cursor | undefined; limit: number },
    query: (after: Cursor | undefined, limit: number) => SelectQueryBuilder<object>,
    cursorOf: (row: Row) => Cursor,
  ): AsyncGenerator<Row[]> {
    let after = first;
    for (let wanted = limit; wanted > 0;) {
      await this.database.turn();
      const [sql, parameters] = query(after, wanted).getQueryAndParameters();
      const { rows, isWhole } = await this.database.reader.slice<Row>(
        sliceCharacters,
        sql,
        ...(parameters as Value[]),
      );
      yield rows;
      const last = rows.at(-1);
      if (isWhole || last === undefined) return;
      after = cursorOf(last);
      wanted -= rows.length;
    }
  }
}

/** Where the list of jobs goes on after one. */
export const cursorOfJob = (job: FoundJob) => [job.created_at, job.created_position] as const;

/** Where the list of model-days goes on after one. */
export const cursorOfModelDay = ({ date, model }: FoundModelDay) => [date, model] as const;

/** Adding nothing to the id keeps the search on the index over status: few model-days run, however large the job is. */
export const currentIn = async (reader: Reader, jobId: string): Promise<RunningModelDay | null> =>
  (await reader.get<RunningModelDay>(
    "SELECT date, model FROM job_details WHERE status = 'running' AND job_id || '' = ? ORDER BY date, model LIMIT 1",
    jobId,
  )) ?? null;
