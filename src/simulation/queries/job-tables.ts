// Reads of the job tables, on the connection that only reads.
import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { Database } from '../../database/database.js';
import { readHolder, readHolders, type Holder, type HolderView } from '../../work/holder-view.js';
import { entityOf } from '../../database/entity.js';
import type { Reader } from '../../database/reader.js';
import { jobDetails, jobs, type JobDetailRow, type JobProgressRow, type JobRow } from '../rows/tables.js';
import type { JobStatus, ModelDayStatus } from '../domain/status.js';
import { streamOf } from '../commands/job-streams.js';
import { workOf, type ModelDayId } from '../work/model-day-id.js';
import { jobView, type JobView, type RunningModelDay } from './views.js';

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

export type FoundModelDay = JobDetailRow & { result: unknown };

/** The rows of a large job that was removed go slice by slice: from the first on there is no such job. */
const isNotRemoved = 'EXISTS (SELECT 1 FROM job_progress WHERE job_id = :jobId)';

type FoundJob = JobRow & JobProgressRow;

@Injectable()
export class JobTables {
  constructor(private readonly database: Database) {}

  async find(jobId: string): Promise<JobView | undefined> {
    const row = await this.jobs().where('job.job_id = :jobId', { jobId }).getRawOne<FoundJob>();
    return row === undefined ? undefined : this.view(row);
  }

  async newest(): Promise<JobView | undefined> {
    const row = await this.newestFirst().limit(1).getRawOne<FoundJob>();
    return row === undefined ? undefined : this.view(row);
  }

  /** Newest first, with the cursor of each. */
  async list(filter: JobFilter): Promise<{ job: JobView; cursor: readonly [string, number] }[]> {
    const query = this.newestFirst().limit(filter.limit);
    if (filter.status !== undefined) query.andWhere('job.status = :status', { status: filter.status });
    if (filter.createdFrom !== undefined)
      query.andWhere('job.created_at >= :from', { from: filter.createdFrom });
    if (filter.createdTo !== undefined) query.andWhere('job.created_at <= :to', { to: filter.createdTo });
    if (filter.after !== undefined) {
      const [createdAt, position] = filter.after;
      query.andWhere('(job.created_at, created_position) < (:createdAt, :position)', { createdAt, position });
    }
    const rows = await query.getRawMany<FoundJob>();
    return Promise.all(
      rows.map(async (row) => ({
        job: await this.view(row),
        cursor: [row.created_at, row.created_position] as const,
      })),
    );
  }

  /** By date, then model. */
  async modelDays(filter: ModelDayFilter): Promise<FoundModelDay[]> {
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
    query.orderBy('detail.date').addOrderBy('detail.model').limit(filter.limit);
    const rows = await query.getRawMany<JobDetailRow & { data: string | null }>();
    return rows.map(withResult);
  }

  async modelDay({ jobId, date, model }: ModelDayId): Promise<FoundModelDay | undefined> {
    const row = await this.details()
      .where('detail.job_id = :jobId AND detail.date = :date AND detail.model = :model', {
        jobId,
        date,
        model,
      })
      .andWhere(isNotRemoved)
      .getRawOne<JobDetailRow & { data: string | null }>();
    return row === undefined ? undefined : withResult(row);
  }

  holder(modelDay: ModelDayId): Promise<HolderView> {
    return readHolder(this.database.reader, workOf(modelDay));
  }

  /** Of those model-days of a job that run, by what names them as work. */
  holders(jobId: string): Promise<ReadonlyMap<string, Holder>> {
    return readHolders(this.database.reader, streamOf(jobId));
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
        `event.stream_id = '${streamOf('')}' || detail.job_id AND event.version = result_version`,
      )
      .select(['detail.*', 'event.data AS data']);
  }

  private async view(row: FoundJob): Promise<JobView> {
    return jobView(row, row.running === 0 ? null : await currentIn(this.database.reader, row.job_id));
  }
}

/** Adding nothing to the id keeps the search on the index over status: few model-days run, however large the job is. */
export const currentIn = async (reader: Reader, jobId: string): Promise<RunningModelDay | null> =>
  (await reader.get<RunningModelDay>(
    "SELECT date, model FROM job_details WHERE status = 'running' AND job_id || '' = ? ORDER BY date, model LIMIT 1",
    jobId,
  )) ?? null;

function withResult({ data, ...row }: JobDetailRow & { data: string | null }): FoundModelDay {
  return { ...row, result: data === null ? null : (JSON.parse(data) as { result: unknown }).result };
}
