// After a crash: what the built-in worker had running is dead, since it lived in a process that held the service
// lock. Work of other workers is left alone: their leases speak for them (§6.3).
import type { DataSource } from 'typeorm';
import type { LeaseRow } from './leases.js';

export type RestartPolicy = 'fail' | 'resume';

/** The leases that the built-in worker of a process before this one left behind. */
export async function orphanedLeases(reads: DataSource): Promise<LeaseRow[]> {
  return reads.query<LeaseRow[]>('SELECT * FROM leases WHERE built_in = 1 ORDER BY stream_id, work_key');
}
