// Folding the log in a thread of its own, for a rebuild: the caller says how far, and fetches slices of rows as it can
// write them; the thread makes the next ones meanwhile, and waits while too many lie ready (back-pressure).
import { Background, type Methods } from '../runtime/background.js';
import type { LogFold, ShadowWrite } from './log-fold.js';
import type { Difference } from './row-comparison.js';

/** What the thread is handed: which database, and which projections of which kinds. */
export interface FoldTask {
  /** Of the database. */
  url: string;
  /** Of the module that lists the kinds: a thread loads it for itself. */
  kindsUrl: string;
  projections: readonly string[];
}

export interface FoldReport {
  /** Everything up to here is in the slices that came before. */
  position: number;
  differenceCount: number;
  differences: Difference[];
}

/** What brings the new tables nearer to a position of the log. */
export interface Slice {
  writes: ShadowWrite[];
  position: number;
}

/** Writes the first of these slices, as many as it likes; resolves with how many. */
export type WriteSlices = (slices: readonly Slice[]) => Promise<number>;

/** How many slices may lie ready: the thread makes the next ones while these are written. */
const readyMax = 12;

export class FoldThread {
  private readonly thread: Background;
  private folds = 0;

  constructor(program: URL, task: FoldTask) {
    this.thread = new Background({ program, data: { work: 'fold', task } });
  }

  /**
   * Folds up to a position. Resolves when the last slice that it takes is written.
   * @throws Error when the log cannot be folded, or a slice cannot be written
   */
  async foldTo(position: number, writeSlices: WriteSlices): Promise<FoldReport> {
    this.folds += 1;
    const folded = this.thread.call<FoldReport>('foldTo', this.folds, position);
    // It is waited for below; until then, the calls for slices tell what went wrong.
    folded.catch(() => undefined);
    for (let slices = await this.fetch(); slices.length > 0;) {
      const next = this.fetch();
      next.catch(() => undefined);
      while (slices.length > 0) slices = slices.slice(await writeSlices(slices));
      slices = await next;
    }
    return folded;
  }

  close(): Promise<void> {
    return this.thread.hasEnded ? this.thread.terminate() : this.thread.close();
  }

  /** Those that lie ready; none when the fold is over. */
  private fetch(): Promise<Slice[]> {
    return this.thread.call('fetch', this.folds);
  }
}

/** The thread's end. */
export function foldMethods(fold: LogFold): Methods {
  let ready: Slice[] = [];
  /** How many folds are over. */
  let over = 0;
  let wakeFold: (() => void) | undefined;
  let wakeFetch: (() => void) | undefined;
  return {
    async foldTo(number: number, to: number): Promise<FoldReport> {
      try {
        const isFirst = fold.position === 0;
        for await (const writes of fold.upTo(to)) {
          ready.push({ writes, position: fold.position });
          wakeFetch?.();
          while (ready.length >= readyMax) await new Promise<void>((resolve) => (wakeFold = resolve));
        }
        if (isFirst) await fold.compareStrays();
        return { position: fold.position, ...fold.compared };
      } finally {
        over = number;
        wakeFetch?.();
      }
    },
    async fetch(number: number): Promise<Slice[]> {
      while (ready.length === 0 && over < number) await new Promise<void>((resolve) => (wakeFetch = resolve));
      const slices = ready;
      ready = [];
      wakeFold?.();
      return slices;
    },
    close: () => fold.close(),
  };
}
