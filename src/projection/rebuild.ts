// One rebuild: new tables are filled beside the live ones from the beginning of the log, catch up with what is written
// meanwhile, and take their place in one transaction. Commands and reads go on; see docs/decisions/0010.
import type { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import { endOf } from '../event-store/log.js';
import { pause, type Runtime } from '../runtime/runtime.js';
import { savePosition } from './position.js';
import { FoldThread, type FoldReport, type Slice, type WriteSlices } from './fold-thread.js';
import type { Projection } from './projected.js';
import { Shadow } from './shadow.js';

/** The thread that folds the log. */
export interface RebuildProgram {
  program: URL;
  /** Of the database. */
  url: string;
  /** Of the module that lists the kinds. */
  kindsUrl: string;
}

/** When nobody else has given a command for so long, the queue is the rebuild's own. */
const aloneAfterMs = 200;

/** So few that folding them while everybody waits takes a moment. */
const lastEventsMax = 500;

export class Rebuild {
  eventsDone = 0;
  eventsTotal = 0;
  private readonly shadow: Shadow;
  private readonly thread: FoldThread;
  /** What the queue had answered when the last slice was written: more of it now, and there are other commands. */
  private answeredBefore = 0;
  private othersSeenMs = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly runtime: Runtime,
    private readonly projections: readonly Projection[],
    { program, ...task }: RebuildProgram,
  ) {
    this.shadow = new Shadow(database.engine.shadows, projections);
    this.thread = new FoldThread(program, {
      ...task,
      projections: projections.map(({ name }) => name),
    });
  }

  /**
   * Resolves when the new tables are the live ones, or rejects and leaves the live ones as they were.
   * @param finished writes down the end, in the transaction of the swap
   * @throws Error when the log cannot be folded, the database not written, or `cancel` was called before the swap
   */
  async run(finished: (transaction: Transaction, report: FoldReport) => void): Promise<FoldReport> {
    const { queue } = this.database;
    try {
      await queue.run((transaction) => this.shadow.create(transaction));
      for (;;) {
        await this.foldTo(await endOf(this.database.reader), (slices) => this.writeSlices(slices));
        const report = await queue.runAlone((transaction) => this.finish(transaction, finished));
        if (report !== undefined) return report;
      }
    } finally {
      await this.thread.close();
    }
  }

  /** After a rebuild that failed: takes the new tables away. */
  async cleanUp(): Promise<void> {
    await this.thread.close();
    await this.database.queue.run((transaction) => this.shadow.drop(transaction));
  }

  /** Nothing is swapped after this; without effect once the swap has begun. */
  async cancel(): Promise<void> {
    await this.thread.close();
  }

  /** Alone in its transaction, so that the thread sees all there is. Undefined when too much has come meanwhile. */
  private async finish(
    transaction: Transaction,
    finished: (transaction: Transaction, report: FoldReport) => void,
  ): Promise<FoldReport | undefined> {
    const end = await endOf(this.database.reader);
    if (end - this.eventsDone > lastEventsMax) return undefined;
    const report = await this.foldTo(end, async (slices) => {
      const count = slices.length;
      await this.write(transaction, slices);
      return count;
    });
    await this.shadow.swap(transaction);
    for (const { name, version } of this.projections)
      savePosition(transaction, { name, version, position: end });
    finished(transaction, report);
    return report;
  }

  /** All at once; or, while there are other commands, one at a time, and they get most of the time. */
  private async writeSlices(slices: readonly Slice[]): Promise<number> {
    const { queue } = this.database;
    const startedMs = this.runtime.nowMs();
    if (queue.answered !== this.answeredBefore) this.othersSeenMs = startedMs;
    const isAlone = startedMs - this.othersSeenMs > aloneAfterMs;
    const count = isAlone ? slices.length : 1;
    this.answeredBefore = queue.answered + 1;
    await queue.run((transaction) => this.write(transaction, slices.slice(0, count)));
    if (!isAlone) await pause(this.runtime, 2 * Math.max(1, this.runtime.nowMs() - startedMs));
    return count;
  }

  private async write(transaction: Transaction, slices: readonly Slice[]): Promise<void> {
    for (const { writes, position } of slices) {
      await this.shadow.write(transaction, writes);
      this.eventsDone = position;
    }
  }

  private async foldTo(end: number, write: WriteSlices): Promise<FoldReport> {
    this.eventsTotal = end;
    const report = await this.thread.foldTo(end, write);
    this.eventsDone = end;
    return report;
  }
}
