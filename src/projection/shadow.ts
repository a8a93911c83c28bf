// The shadow of some projections: new tables beside the live ones, filled in small slices, which then take their place.
import type { ShadowTables } from '../database/engine.js';
import type { Table } from '../database/table.js';
import type { Transaction } from '../database/transaction.js';
import type { ShadowWrite } from './log-fold.js';
import { subjectColumnOf, type Projection } from './projected.js';
import { writerOf } from './row-writer.js';

export class Shadow {
  private readonly live: readonly Table[];
  private readonly tables: readonly Table[];
  /** Of each projection, children first: what has no parent in a table that somebody edited goes as well. */
  private readonly cleared: readonly (readonly Table[])[];

  constructor(
    private readonly shadows: ShadowTables,
    projections: readonly Pick<Projection, 'tables'>[],
  ) {
    this.live = projections.flatMap(({ tables }) => tables);
    this.tables = this.live.map((table) => shadows.of(table));
    this.cleared = projections.map(({ tables }) => tables.map((table) => shadows.of(table)).toReversed());
  }

  /** In place of any that an interrupted rebuild left behind. */
  create(transaction: Transaction): Promise<void> {
    return this.shadows.create(transaction, this.live);
  }

  drop(transaction: Transaction): Promise<void> {
    return this.shadows.drop(transaction, this.live);
  }

  async write(transaction: Transaction, writes: readonly ShadowWrite[]): Promise<void> {
    for (const write of writes) {
      if (write.kind === 'clear') {
        for (const table of this.cleared[write.projection] ?? [])
          transaction.write(writerOf(table).removeSubject, {
            [subjectColumnOf(table)]: write.subject,
          });
        continue;
      }
      const writer = writerOf(this.tables[write.table] as Table);
      await transaction.writeAll(write.kind === 'insert' ? writer.append : writer.put, write.rows);
    }
  }

  swap(transaction: Transaction): Promise<void> {
    return this.shadows.swap(transaction, this.live);
  }
}
