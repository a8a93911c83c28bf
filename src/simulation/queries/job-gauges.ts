// What `/metrics` shows of jobs: how many of them, and of their model-days, there are in each status.
import type { Reader } from '../../database/reader.js';
import type { Gauge, Sample } from '../../kind/gauge.js';
import type { JobStatus, ModelDayStatus } from '../domain/status.js';

export const jobGauges: readonly Gauge[] = [
  {
    name: 'daybook_jobs',
    help: 'Jobs by status',
    labelNames: ['status'],
    read: async (reader) => samplesOf(await countJobs(reader)),
  },
  {
    name: 'daybook_model_days',
    help: 'Model-days by status',
    labelNames: ['status'],
    read: async (reader) => samplesOf(await countModelDays(reader)),
  },
  {
    name: 'daybook_oldest_pending_model_day_timestamp_seconds',
    help: 'When the oldest job was created that has a pending model-day',
    read: oldestPending,
  },
];

const samplesOf = (counts: Readonly<Record<string, number>>): Sample[] =>
  Object.entries(counts).map(([status, value]) => ({ labels: { status }, value }));

/** Looks at the jobs that go on, and not at their model-days. */
async function oldestPending(reader: Reader): Promise<Sample[]> {
  const row = await reader.get<{ created_at: string | null }>(
    `SELECT min(created_at) AS created_at FROM jobs JOIN job_progress USING (job_id)
     WHERE status IN ('pending', 'running') AND pending > 0`,
  );
  const createdAt = row?.created_at ?? undefined;
  return createdAt === undefined ? [] : [{ value: Date.parse(createdAt) / 1_000 }];
}

async function countJobs(reader: Reader): Promise<Record<JobStatus, number>> {
  const counts: Record<JobStatus, number> = { pending: 0, running: 0, completed: 0, partial: 0, failed: 0 };
  const rows = await reader.all<{ status: JobStatus; count: number }>(
    'SELECT status, count(*) AS count FROM jobs GROUP BY status',
  );
  for (const { status, count } of rows) counts[status] = count;
  return counts;
}

/** Looks at one narrow row a job, however many model-days it has. */
async function countModelDays(reader: Reader): Promise<Record<ModelDayStatus, number>> {
  const counts = await reader.get<Record<ModelDayStatus, number>>(
    `SELECT coalesce(sum(pending), 0) AS pending, coalesce(sum(running), 0) AS running,
            coalesce(sum(completed), 0) AS completed, coalesce(sum(failed), 0) AS failed FROM job_progress`,
  );
  return counts ?? { pending: 0, running: 0, completed: 0, failed: 0 };
}
