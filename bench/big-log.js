// A database with a long log, made in seconds: whole lives of jobs, folded by the service's own code, with the rows
// that they stand for. `daybook verify` finds nothing wrong with it.
import { randomUUID } from 'node:crypto';
import BetterSqlite3 from 'better-sqlite3';
import { growTree, cellsOf, columnsOf, engineOf, evolve, jobStreams, logOf } from './built.js';
import { dates } from './model-days.js';
import { databaseIn, serviceIn } from './service.js';

/** @typedef {import('../src/simulation/domain/events.js').JobEvent} JobEvent */
/** @typedef {{ path: string, events: number, jobs: number }} BigLog of the database file at `path` */

/** 500 model-days: 1,001 events of a job that completed. */
const dateCount = 50;
const modelCount = 10;
/** One of the job, one of its progress, and those of its model-days. */
export const rowsOfJob = 2 + dateCount * modelCount;
export const eventsOfJob = 1 + 2 * dateCount * modelCount;

const firstMs = Date.UTC(2025, 0, 1);
const grid = {
  date_range: dates(dateCount),
  models: Array.from({ length: modelCount }, (_, index) => `model-${index}`),
};

/**
 * Makes a database in a folder, with the schema of the service as it was built, and whole jobs with as many events as
 * asked for, or a few more.
 * @param {string} folder made when it is missing
 * @param {number} atLeast events
 * @returns {Promise<BigLog>}
 */
export async function buildBigLog(folder, atLeast) {
  const service = await serviceIn(folder);
  await service.stop();
  const path = databaseIn(folder);
  const connection = new BetterSqlite3(path);
  connection.pragma('synchronous = OFF');
  const jobs = Math.ceil(atLeast / eventsOfJob);
  const writer = writerOf(connection);
  for (let index = 0; index < jobs; index += 1) writer.addJob(index);
  connection.prepare('UPDATE projections SET position = ?').run(jobs * eventsOfJob);
  connection.pragma('wal_checkpoint(TRUNCATE)');
  connection.close();
  return { path, events: jobs * eventsOfJob, jobs };
}

/** As a service that has been running leaves it: nothing is to be added to the tree over the log. */
export async function completeTree(/** @type {BigLog} */ { path }) {
  const engine = engineOf(`sqlite:${path}`);
  const opened = await engine.openReader();
  const tiles = engine.openTiles();
  await growTree(logOf(opened), tiles);
  tiles.close();
  await opened.close();
}

/** @param {BetterSqlite3.Database} connection */
function writerOf(connection) {
  /** @type {(table: string, columns: readonly string[]) => BetterSqlite3.Statement} */
  const insertInto = (table, columns) =>
    connection.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
  const insertEvent = insertInto('events', [
    'position',
    'stream_id',
    'version',
    'type',
    'schema_version',
    'data',
    'metadata',
    'recorded_at',
  ]);
  const tables = jobStreams.projection.tables.map((table) => ({
    table,
    insert: insertInto(table.name, columnsOf(table)),
  }));
  let position = 0;

  const addJob = connection.transaction((/** @type {number} */ index) => {
    const jobId = randomUUID();
    const firstPosition = position + 1;
    /** @type {import('../src/simulation/domain/job.js').JobState} */
    let state;
    for (const event of lifeOf(jobId, index)) {
      position += 1;
      state = evolve(state, event);
      const metadata = { actor: 'bench', correlation_id: randomUUID(), causation_id: randomUUID() };
      insertEvent.run(
        position,
        `${jobStreams.streamPrefix}${jobId}`,
        state?.version,
        event.type,
        1,
        JSON.stringify(event.data),
        JSON.stringify(metadata),
        timeAt(position),
      );
    }
    for (const { table, insert } of tables)
      for (const row of jobStreams.projection.rowsOf(state, table.name, firstPosition))
        insert.run(cellsOf(table, row));
  });
  return { addJob };
}

/**
 * Each model-day is started and completed, date by date.
 * @param {string} jobId
 * @param {number} index of the job
 * @returns {Generator<JobEvent>}
 */
function* lifeOf(jobId, index) {
  let position = index * eventsOfJob + 1;
  yield {
    type: 'JobCreated',
    data: {
      job_id: jobId,
      config_path: 'configs/default_config.json',
      config_sha256: '0'.repeat(64),
      ...grid,
      request_fingerprint: String(index).padStart(64, '0'),
      created_at: timeAt(position),
    },
  };
  for (const date of grid.date_range)
    for (const model of grid.models) {
      const modelDay = { date, model, attempt: 1 };
      position += 2;
      yield {
        type: 'ModelDayStarted',
        data: { ...modelDay, worker: 'bench', started_at: timeAt(position - 1) },
      };
      yield {
        type: 'ModelDayCompleted',
        data: { ...modelDay, result: { value: 10_000.5 }, completed_at: timeAt(position) },
      };
    }
}

/** An event a millisecond. */
const timeAt = (/** @type {number} */ position) => new Date(firstMs + position).toISOString();
