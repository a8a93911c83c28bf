// The first tables of the mechanisms: the log, and what is operational.
import { logGuards } from './log-guards.js';

export const firstLogTables: readonly string[] = [
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
];

export const firstOperationalTables: readonly string[] = [
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
