// What clients are shown of whoever holds a piece of work.
import type { Reader } from '../database/reader.js';
import type { LeaseRow, WorkId } from './leases.js';

/** Who holds it, until when; both null when nobody runs it. */
export interface Holder {
  worker: string | null;
  lease_expires_at: string | null;
}

export interface HolderView extends Holder {
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

/** Of all that is held in a stream, by its key: as many as run there. */
export async function readHolders(reader: Reader, streamId: string): Promise<ReadonlyMap<string, Holder>> {
  const held = await reader.all<Pick<LeaseRow, 'work_key' | 'worker' | 'expires_at'>>(
    'SELECT work_key, worker, expires_at FROM leases WHERE stream_id = ?',
    streamId,
  );
  return new Map(
    held.map(({ work_key: key, worker, expires_at }) => [key, { worker, lease_expires_at: expires_at }]),
  );
}
