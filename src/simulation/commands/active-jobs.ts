// The facts across jobs that admission needs, read on the write connection inside the transaction that uses them.
import { streamOf } from '../../event-store/kind.js';
import type { ProjectedTables } from '../../event-store/projected-tables.js';
import { timestamp } from '../../runtime/runtime.js';
import {
  sameRequestWindowMs,
  statusesThatAnswerAgain,
  statusesThatAreActive,
  type ActiveJob,
} from '../domain/admission.js';
import type { JobStatus } from '../domain/status.js';
import { jobStreams } from '../stream-kind.js';

const listOf = (statuses: readonly JobStatus[]): string => statuses.map((status) => `'${status}'`).join(', ');

const fromActiveJobs = `FROM jobs JOIN job_progress USING (job_id)
   WHERE status IN (${listOf(statusesThatAreActive)}) ORDER BY created_at, created_position`;

/** Oldest first. */
export async function activeJobs(tables: ProjectedTables): Promise<ActiveJob[]> {
  const rows = await tables.all<{ job_id: string; date_range: string; status: JobStatus }>(
    `SELECT job_id, date_range, status ${fromActiveJobs}`,
  );
  return rows.map(({ job_id: jobId, date_range: dates, status }) => ({
    jobId,
    dates: JSON.parse(dates) as string[],
    status,
  }));
}

/** Oldest first. */
export async function activeJobStreams(tables: ProjectedTables): Promise<string[]> {
  const rows = await tables.all<{ job_id: string }>(`SELECT job_id ${fromActiveJobs}`);
  return rows.map(({ job_id: jobId }) => streamOf(jobStreams, jobId));
}

/** The newest job that answers the same request again, if there is one (§6.1). */
export async function sameRequest(
  tables: ProjectedTables,
  fingerprint: string,
  nowMs: number,
): Promise<string | undefined> {
  const row = await tables.get<{ job_id: string }>(
    `SELECT jobs.job_id FROM job_progress JOIN jobs USING (job_id)
     WHERE request_fingerprint = ? AND created_at > ? AND status IN (${listOf(statusesThatAnswerAgain)})
     ORDER BY created_at DESC, created_position DESC LIMIT 1`,
    fingerprint,
    timestamp(nowMs - sameRequestWindowMs),
  );
  return row?.job_id;
}
