// The one writer of whole rows into a projected table, live or shadow.
import { append, put, remove, type RowWrite } from '../database/row-write.js';
import type { Table } from '../database/table.js';
import { subjectColumnOf } from './projected.js';

export interface RowWriter {
  readonly append: RowWrite;
  readonly put: RowWrite;
  /** Every row of a subject; the row that is handed in names it. */
  readonly removeSubject: RowWrite;
}

const writers = new WeakMap<Table, RowWriter>();

/** The same one each time, so that its statements are prepared once. */
export function writerOf(table: Table): RowWriter {
  let writer = writers.get(table);
  if (writer === undefined) {
    const subject = subjectColumnOf(table) as never;
    writer = { append: append(table), put: put(table), removeSubject: remove(table, [subject]) };
    writers.set(table, writer);
  }
  return writer;
}
