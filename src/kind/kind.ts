// A kind: all that a context registers. The composition root lists the kinds, and every mechanism works over the list.
import type { DynamicModule } from '@nestjs/common';
import type { DomainEvent } from '../event-store/decider.js';
import type { Migration } from '../database/migration.js';
import type { Table } from '../database/table.js';
import type { Projection } from '../projection/projected.js';
import type { WorkingKind } from '../work/working-kind.js';

export interface Kind<
  State = unknown,
  Command = never,
  Event extends DomainEvent = DomainEvent,
> extends WorkingKind<State, Command, Event> {
  /** The rows of read tables that a state stands for. */
  readonly projection?: Projection<State, Event>;
  /** What makes its tables. */
  readonly migrations?: readonly Migration[];
  /** Its tables that are no projection's. */
  readonly tables?: readonly Table[];
  /**
   * Its commands, queries and controllers. Loaded when it is asked for: the threads that fold the log know the kinds
   * too, and do without.
   * @param settings as the composition root has read them
   */
  module?(settings: object): Promise<DynamicModule>;
}

/** The provider of the list: `@Inject(KINDS)`. */
export const KINDS = Symbol('kinds');

/** The kinds of one application, and the module that lists them as its export `kinds`: a thread loads it for itself. */
export interface Kinds {
  readonly list: readonly Kind[];
  readonly url: string;
}

/** @param url of a module that exports `kinds` */
export async function loadKinds(url: string): Promise<Kinds> {
  const { kinds } = (await import(url)) as { kinds: Kinds };
  return kinds;
}
