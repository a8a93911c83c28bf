// The read tables against the log: nothing is half-projected, and the log has no hole.
import { fold } from '../../src/simulation/domain/evolve.js';
import type { JobEvent } from '../../src/simulation/domain/events.js';
import { dateAt, modelAt, type Job } from '../../src/simulation/domain/job.js';
import { streamOf } from '../../src/event-store/kind.js';
import { rowsOf } from '../../src/simulation/rows/rows.js';
import { jobStreams } from '../../src/simulation/stream-kind.js';
import { workOf } from '../../src/simulation/work/model-day-id.js';
import { eventsIn, readDatabase, type StoredEvent } from './stored-log.js';

/** A row that is not as it should be; undefined where there is none. */
interface Difference {
  key: string;
  expected: object | undefined;
  actual: object | undefined;
}

const differencesMax = 10;

/**
 * Fails unless, in one moment of the database, positions and versions are gapless and times never go back; the rows
 * of `jobs`, `job_progress` and `job_details` are rowsOf(fold(events)) in every column; and the model-days that run
 * are those that are leased.
 *
 * @param databasePath the file of a service that runs, has stopped or was killed
 */
export function expectTablesToMatchLog(databasePath: string): void {
  readDatabase(databasePath, (connection) => {
    const events = eventsIn(connection);
    expectNoHoleIn(events);
    const jobs = jobsIn(events);
    const rows = jobs.flatMap((job) => rowsOf(job, firstPositionOf(job, events)) ?? []);
    const read = (sql: string): object[] => connection.prepare(sql).all() as object[];
    const details = read('SELECT * FROM job_details').map((row) => without(row, 'id'));
    const leases = read('SELECT stream_id, work_key, attempt, worker FROM leases');
    const differences = [
      ...differencesOf(
        ['job_id'],
        rows.map(({ job }) => job),
        read('SELECT * FROM jobs'),
      ),
      ...differencesOf(
        ['job_id'],
        rows.map(({ progress }) => progress),
        read('SELECT * FROM job_progress'),
      ),
      ...differencesOf(
        ['job_id', 'date', 'model'],
        rows.flatMap((row) => [...row.details]),
        details,
      ),
      ...differencesOf(['stream_id', 'work_key'], jobs.flatMap(leasesOf), leases),
    ];
    expect(differences.slice(0, differencesMax)).toEqual([]);
  });
}

function expectNoHoleIn(events: readonly StoredEvent[]): void {
  const versions = new Map<string, number>();
  let time = '';
  for (const [index, event] of events.entries()) {
    const version = (versions.get(event.stream_id) ?? 0) + 1;
    expect([event.position, event.stream_id, event.version]).toEqual([index + 1, event.stream_id, version]);
    expect(event.recorded_at >= time).toBe(true);
    versions.set(event.stream_id, version);
    time = event.recorded_at;
  }
}

function jobsIn(events: readonly StoredEvent[]): Job[] {
  const streams = new Map<string, JobEvent[]>();
  for (const event of events) {
    const stream = streams.get(event.stream_id) ?? [];
    stream.push(jobStreams.codec.decode(event));
    streams.set(event.stream_id, stream);
  }
  return [...streams.values()].flatMap((stream) => fold(undefined, stream) ?? []);
}

const firstPositionOf = ({ jobId }: Job, events: readonly StoredEvent[]): number =>
  events.find(({ stream_id: streamId }) => streamId === streamOf(jobStreams, jobId))?.position ?? 0;

function leasesOf(job: Job): object[] {
  if (job.removed) return [];
  const leases: object[] = [];
  for (let index = 0; index < job.modelDays.length; index += 1) {
    const { status, attempt, worker } = job.modelDays.at(index);
    if (status !== 'running') continue;
    const modelDay = { jobId: job.jobId, date: dateAt(job, index), model: modelAt(job, index) };
    const { streamId, workKey } = workOf(modelDay);
    leases.push({ stream_id: streamId, work_key: workKey, attempt, worker });
  }
  return leases;
}

function differencesOf(
  keyColumns: readonly string[],
  expected: readonly object[],
  actual: readonly object[],
): Difference[] {
  const byKey = (rows: readonly object[]): Map<string, object> =>
    new Map(rows.map((row) => [keyColumns.map((column) => String(valueOf(row, column))).join(' '), row]));
  const expectedByKey = byKey(expected);
  const actualByKey = byKey(actual);
  return [...new Set([...expectedByKey.keys(), ...actualByKey.keys()])].flatMap((key) => {
    const difference = { key, expected: expectedByKey.get(key), actual: actualByKey.get(key) };
    return inOneOrder(difference.expected) === inOneOrder(difference.actual) ? [] : [difference];
  });
}

/** Every column, whatever the order in which a row has them. */
const inOneOrder = (row: object | undefined): string =>
  JSON.stringify(row === undefined ? null : Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));

const valueOf = (row: object, column: string): unknown => (row as Record<string, unknown>)[column];

const without = (row: object, column: string): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== column));
