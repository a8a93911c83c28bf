// A gauge: a number that nobody counts as it moves, and that is looked at when somebody asks for the metrics.
import type { Reader } from '../database/reader.js';

export interface Gauge {
  /** As in `/metrics`, where every name begins with `daybook_`. */
  readonly name: string;
  /** What it measures, in a few words. */
  readonly help: string;
  /** Those that every sample of it has. */
  readonly labelNames?: readonly string[];
  /** @param reader of committed rows */
  read(reader: Reader): Promise<readonly Sample[]>;
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}
