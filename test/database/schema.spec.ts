// The migrated schema against the specification (§2.2, §2.3) and against the entities that TypeORM is given.
import { tablesOf } from '../../src/schema.js';
import { entityOf } from '../../src/database/entity.js';
import { kinds } from '../support/kinds.js';
import { workplace } from '../support/workplace.js';
import { openTestDatabase, type TestDatabase } from './test-database.js';

const place = workplace();
let opened: TestDatabase;

beforeAll(async () => {
  opened = await openTestDatabase(place);
});

interface Column {
  name: string;
  type: string;
  notnull: 0 | 1;
  dflt_value: string | null;
  pk: number;
}

const columnsOf = (table: string): Column[] =>
  opened.other
    .prepare('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)')
    .all(table) as Column[];

const inWords = ({ name, type, notnull, pk }: Column): string =>
  `${name} ${type}${pk === 0 ? '' : ' PRIMARY KEY'}${notnull === 0 ? '' : ' NOT NULL'}`;

const jobs = [
  'job_id TEXT PRIMARY KEY',
  'config_path TEXT NOT NULL',
  'status TEXT NOT NULL',
  'date_range TEXT NOT NULL',
  'models TEXT NOT NULL',
  'created_at TEXT NOT NULL',
  'started_at TEXT',
  'completed_at TEXT',
  'total_duration_seconds REAL',
  'error TEXT',
];

const jobDetails = [
  'id INTEGER PRIMARY KEY',
  'job_id TEXT NOT NULL',
  'date TEXT NOT NULL',
  'model TEXT NOT NULL',
  'status TEXT NOT NULL',
  'started_at TEXT',
  'completed_at TEXT',
  'duration_seconds REAL',
  'error TEXT',
];

it('jobs has the columns of the specification and no others, in its order', () => {
  expect(columnsOf('jobs').map(inWords)).toEqual(jobs);
});

it('job_details has the columns of the specification first, and those that came later after them', () => {
  expect(columnsOf('job_details').map(inWords).slice(0, jobDetails.length)).toEqual(jobDetails);
  for (const later of columnsOf('job_details').slice(jobDetails.length)) {
    // Whoever writes by the specification alone can go on doing so.
    expect(later).toMatchObject(later.notnull === 1 ? { dflt_value: expect.any(String) } : {});
  }
});

it('events has exactly the columns of the log', () => {
  expect(columnsOf('events').map(inWords)).toEqual([
    'position INTEGER PRIMARY KEY',
    'stream_id TEXT NOT NULL',
    'version INTEGER NOT NULL',
    'type TEXT NOT NULL',
    'schema_version INTEGER NOT NULL',
    'data TEXT NOT NULL',
    'metadata TEXT NOT NULL',
    'recorded_at TEXT NOT NULL',
  ]);
});

const indexSql = (name: string): unknown =>
  opened.other.prepare("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?").pluck().get(name);

it.each([
  ['idx_jobs_status', 'CREATE INDEX idx_jobs_status ON jobs(status)'],
  ['idx_jobs_created_at', 'CREATE INDEX idx_jobs_created_at ON jobs(created_at DESC)'],
  ['idx_job_details_job_id', 'CREATE INDEX idx_job_details_job_id ON job_details(job_id)'],
  ['idx_job_details_status', 'CREATE INDEX idx_job_details_status ON job_details(status)'],
  [
    'idx_job_details_unique',
    'CREATE UNIQUE INDEX idx_job_details_unique ON job_details(job_id, date, model)',
  ],
])('has the index %s', (name, sql) => {
  expect(indexSql(name)).toBe(sql);
});

it('removes the details of a job with the job', () => {
  const keys = opened.other.prepare('SELECT * FROM pragma_foreign_key_list(?)').all('job_details');
  expect(keys).toEqual([
    expect.objectContaining({ table: 'jobs', from: 'job_id', to: 'job_id', on_delete: 'CASCADE' }),
  ]);
});

const insertJob = (status: string): unknown =>
  opened.other
    .prepare(
      `INSERT INTO jobs (job_id, config_path, status, date_range, models, created_at)
       VALUES (?, 'configs/a.json', ?, '[]', '[]', '2025-01-20T14:30:00.000Z')`,
    )
    .run(`job ${status}`, status);

const insertDetail = (status: string): unknown =>
  opened.other
    .prepare(
      "INSERT INTO job_details (job_id, date, model, status) VALUES ('job pending', '2025-01-16', ?, ?)",
    )
    .run(status, status);

it('takes the five statuses of a job and the four of a model-day, and no other word', () => {
  for (const status of ['pending', 'running', 'completed', 'partial', 'failed']) insertJob(status);
  for (const status of ['pending', 'running', 'completed', 'failed']) insertDetail(status);
  for (const status of ['cancelled', 'PENDING', '']) {
    expect(() => insertJob(status)).toThrow('CHECK constraint failed');
    expect(() => insertDetail(status)).toThrow('CHECK constraint failed');
  }
  expect(() => insertDetail('partial')).toThrow('CHECK constraint failed');
});

it('refuses a second row for the same model-day', () => {
  const insert = opened.other.prepare(
    "INSERT INTO job_details (job_id, date, model, status) VALUES ('job failed', '2025-01-16', 'gpt-5', 'pending')",
  );
  insert.run();
  expect(() => insert.run()).toThrow('UNIQUE constraint failed');
});

it.each(tablesOf(kinds).map((table) => [table.name, table] as const))(
  'the entity of %s has the columns of the table, with their types',
  (name, table) => {
    const metadata = opened.database.source.getMetadata(entityOf(table));
    const ofEntity = metadata.columns.map((column) => ({
      name: column.databaseName,
      type: String(column.type).toUpperCase(),
      isRequired: column.isPrimary || !column.isNullable,
    }));
    expect(ofEntity).toEqual(
      columnsOf(name).map(({ name, type, notnull, pk }) => ({
        name,
        type,
        isRequired: pk > 0 || notnull === 1,
      })),
    );
  },
);
