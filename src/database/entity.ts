// A table as TypeORM sees it, for reads by its query builder and repositories.
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type { Column, Table } from './table.js';

const entities = new WeakMap<Table, EntitySchema>();

/** The same one each time. */
export function entityOf<Row extends object>(table: Table<Row>): EntitySchema<Row> {
  let entity = entities.get(table);
  if (entity === undefined) {
    const columns = Object.entries(table.columns).map(([name, column]) => [
      name,
      columnOf(column, table.key.includes(name)),
    ]);
    entity = new EntitySchema<object>({
      name: table.name,
      tableName: table.name,
      columns: Object.fromEntries(columns) as Record<string, EntitySchemaColumnOptions>,
    });
    entities.set(table, entity);
  }
  return entity as EntitySchema<Row>;
}

const columnOf = ({ type, nullable, generated }: Column, primary: boolean): EntitySchemaColumnOptions =>
  generated === true ? { type, primary, generated: 'increment' } : { type, primary, nullable };
