// A job's status is derived, here and nowhere else: no command and no event sets it.

export type ModelDayStatus = 'pending' | 'running' | 'completed' | 'failed';
export type JobStatus = 'pending' | 'running' | 'completed' | 'partial' | 'failed';

/** How many model-days are in each status. */
export type Counts = Readonly<Record<ModelDayStatus, number>>;

/**
 * The rule of §2.2 and §5.1, made total: when every model-day has ended the outcomes decide; before that, the
 * job is `running` from its first start on. It reads counts, so it costs the same for 4 and for 100,000.
 */
export function deriveJobStatus(counts: Counts, everStarted: boolean): JobStatus {
  if (counts.pending + counts.running > 0) return everStarted ? 'running' : 'pending';
  if (counts.failed === 0) return 'completed';
  return counts.completed === 0 ? 'failed' : 'partial';
}

export const hasEnded = (status: JobStatus): boolean => status !== 'pending' && status !== 'running';
