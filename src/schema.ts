// The schema of a database: of the mechanisms first, then of each kind.
import { refusals } from './audit/refusals.js';
import type { Migration } from './database/migration.js';
import type { Table } from './database/table.js';
import { events } from './event-store/events-table.js';
import { firstMigrations } from './first-migrations.js';
import { idempotencyKeys, idempotencyMigrations } from './idempotency/kept-answers.js';
import type { Kinds } from './kind/kind.js';
import { projections, rebuilds } from './projection/tables.js';
import { leases } from './work/leases.js';

/** What makes it. */
export const migrationsOf = ({ list }: Kinds): Migration[] => [
  ...firstMigrations,
  ...idempotencyMigrations,
  ...list.flatMap((kind) => kind.migrations ?? []),
];

/** What TypeORM reads. */
export const tablesOf = ({ list }: Kinds): Table[] => [
  events,
  projections,
  rebuilds,
  leases,
  refusals,
  idempotencyKeys,
  ...list.flatMap(({ projection, tables = [] }) => [...(projection?.tables ?? []), ...tables]),
];
