// The line between a rebuild and the thread that folds the log for it: slices of rows one way, how far to go the other.
import type { MessagePort, Worker } from 'node:worker_threads';
import { startInBackground } from '../runtime/background.js';
import type { LogFold, RowWrite } from './log-fold.js';
import type { Difference } from './row-comparison.js';

/** What the thread is told: fold up to a position; that a slice is written, so that the next may come. */
type Order = { kind: 'fold'; to: number } | { kind: 'written'; slices: number } | { kind: 'end' };

type Told =
  ({ kind: 'slice' } & Slice) | { kind: 'folded'; report: FoldReport } | { kind: 'failed'; message: string };

/** What the thread is handed: which database, and which projections of which kinds. */
export interface FoldTask {
  path: string;
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
  writes: RowWrite[];
  position: number;
}

/** Writes the first of these slices, as many as it likes; resolves with how many. */
export type WriteSlices = (slices: readonly Slice[]) => Promise<number>;

/** How many slices may be under way: the thread makes the next ones while these are written. */
const underWayMax = 24;

export class FoldThread {
  private readonly worker: Worker;
  private end: Error | undefined;
  private hasExited = false;
  private readonly waiting: Slice[] = [];
  private isWriting = false;
  private writeSlices: WriteSlices = () => Promise.resolve(0);
  private settle: { resolve: (report: FoldReport) => void; reject: (error: Error) => void } | undefined;

  constructor(program: URL, task: FoldTask) {
    this.worker = startInBackground(program, task);
    this.worker.on('message', (told: Told) => {
      this.hear(told);
    });
    this.worker.on('error', (error) => {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    });
    this.worker.on('exit', () => {
      this.hasExited = true;
      this.fail(new Error('the thread that folds the log has ended'));
    });
  }

  /**
   * Folds up to a position. Resolves when the last slice that it takes is written.
   * @throws Error when the log cannot be folded, or a slice cannot be written
   */
  foldTo(position: number, writeSlices: WriteSlices): Promise<FoldReport> {
    if (this.end !== undefined) return Promise.reject(this.end);
    this.writeSlices = writeSlices;
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.tell({ kind: 'fold', to: position });
    });
  }

  async close(): Promise<void> {
    this.fail(new Error('the thread that folds the log was stopped'));
    if (this.hasExited) return;
    // It ends by itself, so that its connection is closed and gives back its memory.
    const exited = new Promise((resolve) => this.worker.once('exit', resolve));
    this.tell({ kind: 'end' });
    await exited;
  }

  private hear(told: Told): void {
    if (told.kind === 'slice') {
      this.waiting.push({ writes: told.writes, position: told.position });
      this.write().catch((error: unknown) => {
        this.fail(error instanceof Error ? error : new Error(String(error)));
      });
    } else if (told.kind === 'failed') this.fail(new Error(told.message));
    else this.settle?.resolve(told.report);
  }

  private async write(): Promise<void> {
    if (this.isWriting) return;
    this.isWriting = true;
    while (this.waiting.length > 0 && this.end === undefined) {
      const slices = await this.writeSlices(this.waiting.slice());
      this.waiting.splice(0, slices);
      this.tell({ kind: 'written', slices });
    }
    this.isWriting = false;
  }

  private fail(error: Error): void {
    this.end ??= error;
    this.settle?.reject(this.end);
  }

  private tell(order: Order): void {
    this.worker.postMessage(order);
  }
}

/** The thread's end: folds as it is told, and waits while too many slices are under way. */
export function foldAsTold(port: MessagePort, fold: LogFold): void {
  let underWay = 0;
  let wake: (() => void) | undefined;
  const tell = (told: Told): void => {
    port.postMessage(told);
  };
  const untilAtMost = async (count: number): Promise<void> => {
    while (underWay > count) await new Promise<void>((resolve) => (wake = resolve));
  };
  const foldTo = async (to: number): Promise<void> => {
    const isFirst = fold.position === 0;
    for (const writes of fold.upTo(to)) {
      underWay += 1;
      tell({ kind: 'slice', writes, position: fold.position });
      await untilAtMost(underWayMax - 1);
    }
    if (isFirst) fold.compareStrays();
    await untilAtMost(0);
    tell({ kind: 'folded', report: { position: fold.position, ...fold.compared } });
  };
  port.on('message', (order: Order) => {
    if (order.kind === 'end') {
      fold.close();
      port.close();
      return;
    }
    if (order.kind === 'written') {
      underWay -= order.slices;
      wake?.();
      return;
    }
    foldTo(order.to).catch((error: unknown) => {
      tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    });
  });
}
