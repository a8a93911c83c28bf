// The jobs that ended long ago, and what removing one takes.
import type { Reader } from '../../database/reader.js';
import type { Runtime } from '../../runtime/runtime.js';
import { streamOf } from '../../event-store/kind.js';
import type { EndedSubject, Expiry } from '../../work/expiry/expiry.js';
import type { JobCommand } from '../domain/commands.js';
import { hasEnded } from '../domain/status.js';
import { jobStreams } from '../stream-kind.js';
import { RowRemoval, rowsAtOnceMax } from '../rows/row-removal.js';
import type { JobProgressRow, JobRow } from '../rows/tables.js';
import { jobIdOf } from './model-day-id.js';

type Row = Pick<JobRow, 'job_id' | 'status' | 'completed_at'> &
  Pick<JobProgressRow, 'version' | 'total_model_days' | 'created_position'>;

/** How many jobs one statement looks at. */
const pageSize = 200;

async function* endedJobs(reader: Reader, until: string, runtime: Runtime): AsyncGenerator<EndedSubject> {
  for (let after = 0; ;) {
    const page = await reader.all<Row>(
      `SELECT job_id, status, completed_at, version, total_model_days, created_position
       FROM job_progress JOIN jobs USING (job_id)
       WHERE created_position > ? ORDER BY created_position LIMIT ${pageSize}`,
      after,
    );
    for (const { job_id: jobId, status, completed_at: endedAt, version, total_model_days: size } of page) {
      if (hasEnded(status) && endedAt !== null && endedAt <= until)
        yield { streamId: streamOf(jobStreams, jobId), version, size };
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.created_position;
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
