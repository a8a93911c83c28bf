// A table, described once: its entity, the rows that code works with, what writes it and what projects into it follow
// from this. The schema itself is made by migrations; a test holds the two against each other.

export type Cell = string | number | null;

export interface Column<Of extends Cell = Cell> {
  readonly type: 'text' | 'integer' | 'real';
  readonly nullable: boolean;
  /** Given by the database when a row is inserted. */
  readonly generated?: boolean;
  /** Written with the row, and never changed. */
  readonly fixed?: boolean;
  /** Of the type alone: what TypeScript makes of it. */
  readonly cell?: Of;
}

/** Names and columns; plain data, so that a thread or a test may write one down. */
export interface Table<Row extends object = object> {
  readonly name: string;
  /** What names a row. In a projected table, the first column names the subject that the row belongs to. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  /** Of the type alone: what a row is. */
  readonly row?: Row;
}

export type RowOf<Of> = Of extends Table<infer Row> ? Row : never;

type RowOfColumns<Columns> = {
  [Name in keyof Columns]: Columns[Name] extends Column<infer Of> ? Of : never;
};

export const text = <Of extends string = string>(): Column<Of> => ({ type: 'text', nullable: false });
export const integer = <Of extends number = number>(): Column<Of> => ({ type: 'integer', nullable: false });
export const real = (): Column<number> => ({ type: 'real', nullable: false });
export const orNull = <Of extends Cell>({ type }: Column<Of>): Column<Of | null> => ({
  type,
  nullable: true,
});
export const fixed = <Of extends Cell>(column: Column<Of>): Column<Of> => ({ ...column, fixed: true });
export const generated = (): Column<number> => ({ type: 'integer', nullable: false, generated: true });

export const defineTable = <Columns extends Readonly<Record<string, Column>>>(
  name: string,
  key: readonly (keyof Columns & string)[],
  columns: Columns,
): Table<RowOfColumns<Columns>> => ({ name, key, columns });

const namesOf = new WeakMap<Table, readonly string[]>();

/** In the order of the schema, without those that the database gives. */
export function columnsOf(table: Table): readonly string[] {
  let names = namesOf.get(table);
  if (names === undefined) {
    names = Object.entries(table.columns)
      .filter(([, { generated }]) => generated !== true)
      .map(([name]) => name);
    namesOf.set(table, names);
  }
  return names;
}

/** A row as its table's columns list it. */
export const cellsOf = (table: Table, row: Readonly<Record<string, Cell>>): Cell[] =>
  columnsOf(table).map((column) => row[column] ?? null);
