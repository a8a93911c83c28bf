// Keeps `jobs`, `job_progress` and `job_details` in the transaction that appends. What it writes is always rowsOf().
import { Injectable } from '@nestjs/common';
import { append, change } from '../../database/row-write.js';
import type { Transaction } from '../../database/transaction.js';
import type { Change } from '../../event-store/streams.js';
import { Projector } from '../../projection/projector.js';
import type { JobClosed, JobEvent } from '../domain/events.js';
import { indexOf, openDate, type Job, type JobState } from '../domain/job.js';
import { tellsLatestAttempt } from '../domain/model-day.js';
import { changingJobRowOf, detailRowOf, jobRowOf, progressOf, progressRowOf } from './rows.js';
import { jobStreams } from '../stream-kind.js';
import { removeRows } from './row-removal.js';
import { jobDetails, jobProgress, jobs } from './tables.js';

@Injectable()
export class JobProjector extends Projector<JobState, JobEvent> {
  constructor() {
    super(jobStreams);
  }

  override async project(
    transaction: Transaction,
    { before, after, events, firstPosition }: Change<JobState, JobEvent>,
  ): Promise<void> {
    if (after === undefined) return;
    if (after.removed) {
      if (before !== undefined) removeRows(transaction, after);
      return;
    }
    if (before === undefined) await insertJob(transaction, after, firstPosition);
    else updateJob(transaction, before, after);
    await updateDetails(transaction, before, after, events);
  }
}

const appendJob = append(jobs);
const appendProgress = append(jobProgress);

async function insertJob(transaction: Transaction, job: Job, position: number): Promise<void> {
  const row = jobRowOf(job);
  transaction.write(appendJob, row);
  transaction.write(appendProgress, progressRowOf(job, position));
  // One statement for the whole grid, however large.
  await transaction.run(
    `INSERT INTO job_details (job_id, date, model, status)
     SELECT ?, dates.value, models.value, 'pending' FROM json_each(?) AS dates, json_each(?) AS models
     ORDER BY dates.key, models.key`,
    row.job_id,
    row.date_range,
    row.models,
  );
}

const changeProgress = change(jobProgress);
const changeJob = change(jobs);
const changeDetail = change(jobDetails);

function updateJob(transaction: Transaction, before: Job, after: Job): void {
  transaction.write(changeProgress, progressOf(after));
  const row = changingJobRowOf(after);
  if (!isSame(row, changingJobRowOf(before))) transaction.write(changeJob, row);
}

/** Writing the wide row costs as much as it is wide: it is left alone when nothing in it changed. */
const isSame = <Row extends object>(one: Row, other: Row): boolean =>
  (Object.keys(one) as (keyof Row)[]).every((column) => one[column] === other[column]);

async function updateDetails(
  transaction: Transaction,
  before: JobState,
  after: Job,
  events: readonly JobEvent[],
): Promise<void> {
  const touched = new Set<number>();
  for (const event of events) {
    switch (event.type) {
      case 'JobCreated':
      case 'JobRemoved':
        break;
      case 'JobClosed':
        if (before !== undefined) addAll(touched, runningIn(before));
        await closeDetails(transaction, after.jobId, event);
        break;
      case 'JobRetried':
        if (before !== undefined) addAll(touched, failedIn(before));
        await retryDetails(transaction, after.jobId);
        break;
      default:
        touched.add(indexOf(after, event.data.date, event.data.model));
    }
  }
  for (const index of touched) transaction.write(changeDetail, detailRowOf(after, index));
}

/** Set-based: right for every row that was pending and that no other event touched. */
async function closeDetails(transaction: Transaction, jobId: string, { data }: JobClosed): Promise<void> {
  await transaction.run(
    `UPDATE job_details SET status = 'failed', completed_at = ?, error = ?, failure_code = ?, not_before = NULL
     WHERE job_id = ? AND status = 'pending'`,
    data.closed_at,
    data.error,
    data.failure_code,
    jobId,
  );
}

/** Set-based: right for every failed row whose latest attempt is among its earlier ones already. */
async function retryDetails(transaction: Transaction, jobId: string): Promise<void> {
  await transaction.run(
    `UPDATE job_details SET status = 'pending', completed_at = NULL, error = NULL, failure_code = NULL
     WHERE job_id = ? AND status = 'failed'`,
    jobId,
  );
}

/** Only the first date that is not done may run, so this looks at no other. */
function* runningIn(job: Job): Generator<number> {
  for (const index of openDate(job)) if (job.modelDays.at(index).status === 'running') yield index;
}

function* failedIn(job: Job): Generator<number> {
  for (let index = 0; index < job.modelDays.length; index += 1) {
    const modelDay = job.modelDays.at(index);
    if (modelDay.status === 'failed' && tellsLatestAttempt(modelDay)) yield index;
  }
}

function addAll(set: Set<number>, indexes: Iterable<number>): void {
  for (const index of indexes) set.add(index);
}
