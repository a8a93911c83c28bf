// The first read tables of jobs (§2.2 and §2.3), in SQLite's words.

// The names of the read tables are quoted as SQLite itself quotes them when a rebuild has put new tables in their place.
export const firstJobTables: readonly string[] = [
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
];
