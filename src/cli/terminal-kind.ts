// A kind of stream as the terminal knows it: its commands, and the words in which a person and the API speak of it. Each
// context brings its own.
import type { Command } from 'commander';
import type { OptionOfField } from './exit-status.js';
import type { Targets } from './targets.js';

export interface TerminalKind {
  /** When the events of one may be asked for. */
  words?: KindWords;
  /** To tell what is wrong with a request in the words in which it was typed. */
  options?: OptionOfField;
  /** Adds its commands, in a group of their own. What one needs is loaded when it runs: help comes at once. */
  addCommands(program: Command, targets: Targets): void;
  /** Adds those that belong to the groups of the history and the database. */
  addUpkeepCommands?(program: Command, targets: Targets): void;
}

export interface KindWords {
  /** Like `job`. */
  noun: string;
  /** What the names of its streams begin with, before the id. */
  streamPrefix: string;
  /** The type of the first event of each. */
  firstEvent: string;
  /** The types of all its events. */
  eventTypes(): Promise<readonly string[]>;
  /** Where the events of one are read. */
  eventsPath(id: string): string;
}

/** An event as the API tells it. */
export interface ToldEvent {
  position: number;
  stream_id: string;
  version: number;
  type: string;
  schema_version: number;
  recorded_at: string;
  data: object;
  metadata: { actor: string; correlation_id: string };
}
