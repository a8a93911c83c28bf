-- The schema of the database, by name. Written by `npm run docs`; to read, not to run.

CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    recorded_at TEXT NOT NULL
  );

CREATE TRIGGER events_append_only BEFORE INSERT ON events
   WHEN NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM events)
     OR EXISTS (SELECT 1 FROM events WHERE stream_id = NEW.stream_id AND version = NEW.version)
   BEGIN SELECT RAISE(ABORT, 'events are appended at the end of the log, one version at a time'); END;

CREATE TRIGGER events_no_delete BEFORE DELETE ON events
   BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TRIGGER events_no_update BEFORE UPDATE ON events
   BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TABLE idempotency_keys (
          key TEXT PRIMARY KEY,
          fingerprint TEXT NOT NULL,
          status INTEGER NOT NULL,
          headers TEXT NOT NULL,
          body TEXT NOT NULL,
          expires_at TEXT NOT NULL
        ) WITHOUT ROWID;

CREATE UNIQUE INDEX idx_events_stream_version ON events(stream_id, version);

CREATE INDEX idx_idempotency_keys_expires_at ON idempotency_keys(expires_at);

CREATE INDEX idx_job_details_job_id ON job_details(job_id);

CREATE INDEX idx_job_details_status ON job_details(status);

CREATE UNIQUE INDEX idx_job_details_unique ON job_details(job_id, date, model);

CREATE INDEX idx_job_progress_created ON job_progress(created_position);

CREATE INDEX idx_job_progress_request ON job_progress(request_fingerprint);

CREATE INDEX idx_jobs_created_at ON jobs(created_at DESC);

CREATE INDEX idx_jobs_status ON jobs(status);

CREATE INDEX idx_refusals_recorded_at ON refusals(recorded_at);

CREATE TABLE "job_details" (
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
  );

CREATE TABLE "job_progress" (
    job_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    total_model_days INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    running INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    request_fingerprint TEXT NOT NULL, created_position INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (job_id) REFERENCES "jobs"(job_id) ON DELETE CASCADE
  ) WITHOUT ROWID;

CREATE TABLE "jobs" (
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
  );

CREATE TABLE leases (
    stream_id TEXT NOT NULL,
    work_key TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    worker TEXT NOT NULL,
    built_in INTEGER NOT NULL,
    expires_at TEXT NOT NULL,
    progress_percent REAL,
    progress_message TEXT, started_version INTEGER, process TEXT,
    PRIMARY KEY (stream_id, work_key)
  ) WITHOUT ROWID;

CREATE TABLE log_identity (origin TEXT NOT NULL);

CREATE TABLE projections (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL
  ) WITHOUT ROWID;

CREATE TABLE rebuilds (
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
  );

CREATE TABLE refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    command TEXT NOT NULL,
    code TEXT NOT NULL,
    status INTEGER NOT NULL
  );

CREATE TABLE "schema_migrations" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "timestamp" bigint NOT NULL, "name" varchar NOT NULL);

CREATE TABLE write_probe (probes INTEGER NOT NULL);
