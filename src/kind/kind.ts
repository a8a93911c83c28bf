// A kind: all that a context registers. The composition root lists the kinds, and every mechanism works over the list.
import type { DynamicModule } from '@nestjs/common';
import type { TerminalKind } from '../cli/terminal-kind.js';
import type { DomainEvent } from '../event-store/decider.js';
import type { Migration } from '../database/migration.js';
import type { Table } from '../database/table.js';
import type { StreamKind } from '../event-store/kind.js';
import type { Projection } from '../projection/projected.js';
import type { WorkingKind } from '../work/working-kind.js';
import type { Gauge } from './gauge.js';

/** What a kind is to the log: its streams and its tables. */
export interface KindRules<
  State = unknown,
  Command = never,
  Event extends DomainEvent = DomainEvent,
> extends StreamKind<State, Command, Event> {
  /** The rows of read tables that a state stands for. */
  readonly projection?: Projection<State, Event>;
  /** What makes its tables. */
  readonly migrations?: readonly Migration[];
  /** Its tables that are no projection's. */
  readonly tables?: readonly Table[];
}

/**
 * Each part is loaded when it is asked for: a thread folds the log by the rules, and does without Nest; the command line
 * lists the commands, and does without the rules.
 */
export interface Kind<State = unknown, Command = never, Event extends DomainEvent = DomainEvent> extends Pick<
  WorkingKind<State, Command, Event>,
  'work' | 'expiry'
> {
  rules(): Promise<KindRules<State, Command, Event>>;
  /**
   * Its commands, queries and controllers.
   * @param settings as the composition root has read them
   */
  module?(settings: object): Promise<DynamicModule>;
  /** What `/metrics` shows of it. */
  gauges?(): Promise<readonly Gauge[]>;
  /** Its commands for the terminal, and the words in which a person speaks of it. */
  terminal?(): Promise<TerminalKind>;
}

/** A kind whose rules are loaded. */
export interface LoadedKind extends Kind, KindRules {}

/** The provider of the list: `@Inject(KINDS)`. */
export const KINDS = Symbol('kinds');

/** The kinds of one application, and the module that lists them as its export `kinds`: a thread loads it for itself. */
export interface KindList {
  readonly list: readonly Kind[];
  readonly url: string;
}

export interface Kinds {
  readonly list: readonly LoadedKind[];
  readonly url: string;
}

export async function loadKinds({ list, url }: KindList): Promise<Kinds> {
  const loaded: LoadedKind[] = [];
  for (const kind of list) loaded.push({ ...kind, ...(await kind.rules()) });
  return { list: loaded, url };
}

/** @param url of a module that exports `kinds` */
export async function loadKindsAt(url: string): Promise<Kinds> {
  const { kinds } = (await import(url)) as { kinds: KindList };
  return loadKinds(kinds);
}
