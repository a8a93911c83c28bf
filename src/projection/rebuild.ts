// One rebuild: new tables are filled beside the live ones from the beginning of the log, catch up with what is written
// meanwhile, and take their place in one transaction. Commands and reads go on; see docs/decisions/0009.
import type { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import { replaceCheckpoint } from './checkpoint.js';
import { FoldThread, type FoldReport } from './fold-thread.js';
import type { RowWrite } from './log-fold.js';
import type { ProjectedTable } from './projected.js';
import { ShadowTables } from './shadow-tables.js';

export interface RebuiltProjection {
  name: string;
  version: number;
  tables: readonly ProjectedTable[];
}

/** So few that folding them while everybody waits takes a moment. */
const lastEventsMax = 500;

export class Rebuild {
  eventsDone = 0;
  eventsTotal = 0;
  private readonly shadow: ShadowTables;
  private readonly thread: FoldThread;

  constructor(
    private readonly database: Database,
    private readonly projection: RebuiltProjection,
    program: URL,
  ) {
    this.shadow = new ShadowTables(projection.tables);
    this.thread = new FoldThread(program, database.path);
  }

  /**
   * Resolves when the new tables are the live ones, or rejects and leaves the live ones as they were.
   * @param finished writes down the end, in the transaction of the swap
   * @throws Error when the log cannot be folded, the database not written, or `cancel` was called before the swap
   */
  async run(finished: (transaction: Transaction, report: FoldReport) => Promise<void>): Promise<FoldReport> {
    const { queue } = this.database;
    try {
      await queue.run((transaction) => this.shadow.create(transaction));
      for (;;) {
        await this.foldTo(this.end(), (writes) => queue.run((each) => this.shadow.write(each, writes)));
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
    finished: (transaction: Transaction, report: FoldReport) => Promise<void>,
  ): Promise<FoldReport | undefined> {
    const end = this.end();
    if (end - this.eventsDone > lastEventsMax) return undefined;
    const report = await this.foldTo(end, (writes) => this.shadow.write(transaction, writes));
    await this.shadow.swap(transaction);
    const { name, version } = this.projection;
    await replaceCheckpoint(transaction, { name, version, position: end });
    await finished(transaction, report);
    return report;
  }

  private async foldTo(
    end: number,
    write: (writes: readonly RowWrite[]) => Promise<void>,
  ): Promise<FoldReport> {
    this.eventsTotal = end;
    const report = await this.thread.foldTo(end, async (writes, position) => {
      await write(writes);
      this.eventsDone = position;
    });
    this.eventsDone = end;
    return report;
  }

  private end(): number {
    const [row] = this.database.query<{ end: number }>(
      'SELECT coalesce(max(position), 0) AS end FROM events',
    );
    return row?.end ?? 0;
  }
}
