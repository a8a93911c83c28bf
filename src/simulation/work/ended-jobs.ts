// The jobs that ended long ago, and what removing one takes.
import type { Reader } from '../../database/reader.js';
import type { Runtime } from '../../runtime/runtime.js';
import { streamOf } from '../../event-store/kind.js';
import type { EndedSubject, Expiry } from '../../work/expiry/expiry.js';
import type { JobCommand } from '../domain/commands.js';
import { hasEnded, type JobStatus } from '../domain/status.js';
import { jobStreams } from '../stream-kind.js';
import { RowRemoval, rowsAtOnceMax } from '../rows/row-removal.js';
import { jobIdOf } from './model-day-id.js';

interface Row {
  row_id: number;
  job_id: string;
  status: JobStatus;
  completed_at: string | null;
  version: number | null;
  total_model_days: number | null;
}

/** How many rows of `jobs` one statement looks at. */
const pageSize = 200;

async function* endedJobs(reader: Reader, until: string, runtime: Runtime): AsyncGenerator<EndedSubject> {
  for (let after = 0; ;) {
    const page = await reader.all<Row>(
      `SELECT jobs.rowid AS row_id, job_id, status, completed_at, version, total_model_days
       FROM jobs LEFT JOIN job_progress USING (job_id)
       WHERE jobs.rowid > ? ORDER BY jobs.rowid LIMIT ${pageSize}`,
      after,
    );
    for (const {
      job_id: jobId,
      status,
      completed_at: endedAt,
      version,
      total_model_days: modelDays,
    } of page) {
      // Without progress it is removed already, and its rows are on their way out.
      if (version === null || modelDays === null || endedAt === null) continue;
      if (hasEnded(status) && endedAt <= until)
        yield { streamId: streamOf(jobStreams, jobId), version, size: modelDays };
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.row_id;
    await runtime.nextTurn();
  }
}

export const jobExpiry = (retentionDays: number | undefined): Expiry<JobCommand> => ({
  subjects: 'jobs',
  retentionDays,
  sizeMax: rowsAtOnceMax,
  ended: endedJobs,
  removal: (now) => ({ type: 'RemoveJob', now }),
  async afterwards(database, streamId) {
    const rows = new RowRemoval(database);
    await (streamId === undefined ? rows.finishAll() : rows.finish(jobIdOf(streamId)));
  },
});
