// Who holds which piece of work, until when. Operational: no history; what follows from a lease is an event.
import type { Reader } from '../database/reader.js';
import { put, remove } from '../database/row-write.js';
import type { Transaction } from '../database/transaction.js';
import { defineTable, integer, orNull, real, text, type RowOf } from '../database/table.js';
import type { Progress } from './executors/executor.js';

/** A piece of work is named by its stream and a key within it. */
export interface WorkId {
  streamId: string;
  workKey: string;
}

export const leases = defineTable('leases', ['stream_id', 'work_key'], {
  stream_id: text(),
  work_key: text(),
  attempt: integer(),
  worker: text(),
  built_in: integer<0 | 1>(),
  expires_at: text(),
  progress_percent: orNull(real()),
  progress_message: orNull(text()),
  /** The version of the event that it began with; null for one of an older Daybook. */
  started_version: orNull(integer()),
  /** The process of Daybook that holds it; null for one of a worker outside, and of an older Daybook. */
  process: orNull(text()),
});

export type LeaseRow = RowOf<typeof leases>;

export interface Lease extends WorkId {
  attempt: number;
  worker: string;
  /** Of the worker inside the service, which dies with it; null for a worker outside. */
  process: string | null;
  expiresAt: string;
  /** The version of the event that it begins with. */
  startedVersion: number;
}

const putLease = put(leases);
const removeLease = remove(leases);
const removeLeases = remove(leases, ['stream_id']);

export function insertLease(transaction: Transaction, lease: Lease): void {
  transaction.write(putLease, {
    stream_id: lease.streamId,
    work_key: lease.workKey,
    attempt: lease.attempt,
    worker: lease.worker,
    built_in: lease.process === null ? 0 : 1,
    expires_at: lease.expiresAt,
    progress_percent: null,
    progress_message: null,
    started_version: lease.startedVersion,
    process: lease.process,
  });
}

/** Keeps the progress of the last report when this one has none. */
export async function renewLease(
  transaction: Transaction,
  { streamId, workKey }: WorkId,
  expiresAt: string,
  progress?: Progress,
): Promise<void> {
  await transaction.run(
    `UPDATE leases SET expires_at = ?, progress_percent = coalesce(?, progress_percent),
                       progress_message = coalesce(?, progress_message)
     WHERE stream_id = ? AND work_key = ?`,
    expiresAt,
    progress?.percent ?? null,
    progress?.message ?? null,
    streamId,
    workKey,
  );
}

export function deleteLease(transaction: Transaction, { streamId, workKey }: WorkId): void {
  transaction.write(removeLease, { stream_id: streamId, work_key: workKey });
}

export function deleteLeasesOfStream(transaction: Transaction, streamId: string): void {
  transaction.write(removeLeases, { stream_id: streamId });
}

export async function findLease(
  transaction: Transaction,
  { streamId, workKey }: WorkId,
): Promise<LeaseRow | undefined> {
  return transaction.get<LeaseRow>(
    'SELECT * FROM leases WHERE stream_id = ? AND work_key = ?',
    streamId,
    workKey,
  );
}

/** What workers inside of services held whose processes are not among the living: dead for certain. */
export function heldByDeadProcesses(reader: Reader, living: readonly string[]): Promise<LeaseRow[]> {
  return reader.all<LeaseRow>(
    `SELECT * FROM leases WHERE built_in = 1 AND (process IS NULL OR process NOT IN (${placesFor(living)}))
     ORDER BY stream_id, work_key`,
    ...living,
  );
}

/** Those that ran out, of the streams with these prefixes: nobody here knows what becomes of the others. */
export async function expiredLeases(
  reader: Reader,
  prefixes: readonly string[],
  holding: { from: string; to: string },
  max: number,
): Promise<WorkId[]> {
  const known = prefixes.map(() => 'substr(stream_id, 1, ?) = ?').join(' OR ');
  const rows = await reader.all<{ stream_id: string; work_key: string }>(
    `SELECT stream_id, work_key FROM leases WHERE (expires_at <= ? OR expires_at > ?) AND (${known || 'FALSE'}) LIMIT ${max}`,
    holding.from,
    holding.to,
    ...prefixes.flatMap((prefix) => [prefix.length, prefix]),
  );
  return rows.map(({ stream_id: streamId, work_key: workKey }) => ({ streamId, workKey }));
}

const placesFor = (values: readonly string[]): string => values.map(() => '?').join(', ');
