// The schema as it was before each kind listed its own migrations. A migration is never changed: what comes is a new one.
import { firstLogTables, firstOperationalTables } from './database/sqlite/first-schema.js';
import type { Migration } from './database/migration.js';
import { firstJobTables } from './simulation/rows/first-schema.js';

export const firstMigrations: readonly Migration[] = [
  {
    name: 'FirstSchema1764000000000',
    statements: { sqlite: [...firstLogTables, ...firstJobTables, ...firstOperationalTables] },
  },
  {
    // A lease remembers the event that it began with: what ends it, ends it because of that one.
    name: 'LeaseStart1764000000001',
    statements: { sqlite: ['ALTER TABLE leases ADD COLUMN started_version INTEGER'] },
  },
  {
    // Which jobs were removed while some of their rows are still to be deleted: a large job's go in slices.
    name: 'Removals1764100000000',
    statements: { sqlite: ['CREATE TABLE removals (job_id TEXT PRIMARY KEY) WITHOUT ROWID'] },
  },
  {
    // A lease remembers the process that holds it: only what a dead process held is dead.
    name: 'LeaseProcess1764100000001',
    statements: { sqlite: ['ALTER TABLE leases ADD COLUMN process TEXT'] },
  },
];
