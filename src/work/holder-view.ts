// What clients are shown of whoever holds a piece of work.
import type { Reader } from '../database/reader.js';
import type { LeaseRow, WorkId } from './leases.js';

export interface HolderView {
  /** Who holds it, until when; both null when nobody runs it. */
  worker: string | null;
  lease_expires_at: string | null;
  executor_progress: { percent: number; message: string | null } | null;
}

export const nobody: HolderView = { worker: null, lease_expires_at: null, executor_progress: null };

export async function readHolder(reader: Reader, { streamId, workKey }: WorkId): Promise<HolderView> {
  const lease = await reader.get<LeaseRow>(
    'SELECT * FROM leases WHERE stream_id = ? AND work_key = ?',
    streamId,
    workKey,
  );
  if (lease === undefined) return nobody;
  const { worker, expires_at, progress_percent: percent, progress_message: message } = lease;
  return {
    worker,
    lease_expires_at: expires_at,
    executor_progress: percent === null ? null : { percent, message },
  };
}
