// The projector of a kind: it writes the read tables in the transaction that appends, and it writes all rows of a stream
// anew when they are behind. What it writes is always `rowsOf`.
import type { Awaitable, Transaction } from '../database/transaction.js';
import type { DomainEvent } from '../event-store/decider.js';
import { subjectOf } from '../event-store/kind.js';
import type { Folded } from '../event-store/fold.js';
import type { Change, StreamProjector } from '../event-store/streams.js';
import { subjectColumnOf, type ProjectedKind } from './projected.js';
import { writerOf } from './row-writer.js';

export class Projector<State, Event extends DomainEvent> implements StreamProjector<State, Event> {
  constructor(private readonly kind: ProjectedKind<State, never, Event>) {}

  /** The rows that the events touched; a kind may know a shorter way to the same rows. */
  project(
    transaction: Transaction,
    { streamId, after, events, firstPosition }: Change<State, Event>,
  ): Awaitable<void> {
    const { projection } = this.kind;
    const touched = projection.tables.map((table) =>
      projection.rowsTouchedBy(after, events, table.name, firstPosition),
    );
    if (touched.includes(undefined)) {
      this.rewrite(transaction, streamId, { state: after, firstPosition });
      return;
    }
    for (const [place, table] of projection.tables.entries())
      for (const row of touched[place] ?? []) transaction.write(writerOf(table).put, row);
  }

  /** All rows of a stream, in place of those that are there. */
  rewrite(
    transaction: Transaction,
    streamId: string,
    { state, firstPosition }: Pick<Folded<State>, 'state' | 'firstPosition'>,
  ): void {
    const { projection } = this.kind;
    const { tables } = projection;
    const subject = subjectOf(this.kind, streamId);
    for (const table of tables.toReversed())
      transaction.write(writerOf(table).removeSubject, { [subjectColumnOf(table)]: subject });
    for (const table of tables)
      for (const row of projection.rowsOf(state, table.name, firstPosition))
        transaction.write(writerOf(table).append, row);
  }
}
