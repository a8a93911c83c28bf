// The first schema: the log, the read tables of §2.2 and §2.3, and what is operational.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { logGuards } from '../log-guards.js';

// The names of the read tables are quoted as SQLite itself quotes them when a rebuild has put new tables in their place.
const statements = [
  // The log, written once.
  `CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    recorded_at TEXT NOT NULL
  )`,
  'CREATE UNIQUE INDEX idx_events_stream_version ON events(stream_id, version)',
  ...logGuards,

  `CREATE TABLE "jobs" (
    job_id TEXT PRIMARY KEY,
    config_path TEXT NOT NULL,
    status TEXT NOT NULL CHECK(status IN ('pending', 'running', 'completed', 'partial', 'failed')),
    date_range TEXT NOT NULL,
    models TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    total_duration_seconds REAL,
    error TEXT
  )`,
  'CREATE INDEX idx_jobs_status ON jobs(status)',
  'CREATE INDEX idx_jobs_created_at ON jobs(created_at DESC)',

  `CREATE TABLE "job_details" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL,
    date TEXT NOT NULL,
    model TEXT NOT NULL,
    status TEXT NOT NULL CHECK(status IN ('pending', 'running', 'completed', 'failed')),
    started_at TEXT,
    completed_at TEXT,
    duration_seconds REAL,
    error TEXT,
    attempt INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    failure_code TEXT,
    not_before TEXT,
    result_version INTEGER,
    earlier_attempts TEXT,
    FOREIGN KEY (job_id) REFERENCES "jobs"(job_id) ON DELETE CASCADE
  )`,
  'CREATE INDEX idx_job_details_job_id ON job_details(job_id)',
  'CREATE INDEX idx_job_details_status ON job_details(status)',
  'CREATE UNIQUE INDEX idx_job_details_unique ON job_details(job_id, date, model)',

  // What changes with every event, apart from the wide row of jobs.
  `CREATE TABLE "job_progress" (
    job_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    total_model_days INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    running INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    request_fingerprint TEXT NOT NULL,
    FOREIGN KEY (job_id) REFERENCES "jobs"(job_id) ON DELETE CASCADE
  ) WITHOUT ROWID`,
  'CREATE INDEX idx_job_progress_request ON job_progress(request_fingerprint)',

  // How far each projection is, by which version of its rules; and when it was built anew.
  `CREATE TABLE projections (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL
  ) WITHOUT ROWID`,
  "INSERT INTO projections (name, version, position) VALUES ('jobs', 1, 0)",
  `CREATE TABLE rebuilds (
    id TEXT PRIMARY KEY,
    projection TEXT NOT NULL,
    status TEXT NOT NULL CHECK(status IN ('running', 'completed', 'failed', 'cancelled')),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    events_done INTEGER NOT NULL,
    events_total INTEGER NOT NULL,
    difference_count INTEGER NOT NULL,
    differences TEXT NOT NULL,
    error TEXT
  )`,

  // Operational, without history: who holds which piece of work, until when.
  `CREATE TABLE leases (
    stream_id TEXT NOT NULL,
    work_key TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    worker TEXT NOT NULL,
    built_in INTEGER NOT NULL,
    expires_at TEXT NOT NULL,
    progress_percent REAL,
    progress_message TEXT,
    PRIMARY KEY (stream_id, work_key)
  ) WITHOUT ROWID`,

  `CREATE TABLE refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    command TEXT NOT NULL,
    code TEXT NOT NULL,
    status INTEGER NOT NULL
  )`,
  'CREATE INDEX idx_refusals_recorded_at ON refusals(recorded_at)',

  // The log's name; one row.
  'CREATE TABLE log_identity (origin TEXT NOT NULL)',

  // One number to write when nothing else is: can the database take a write again?
  'CREATE TABLE write_probe (probes INTEGER NOT NULL)',
  'INSERT INTO write_probe (probes) VALUES (0)',
];

export class FirstSchema1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    await Promise.reject(new Error('Daybook migrates forward only: restore a backup instead'));
  }
}
