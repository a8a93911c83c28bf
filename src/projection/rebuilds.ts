// Rebuilds as admins see them: one at a time, followed while it runs, remembered afterwards.
import type { Database } from '../database/database.js';
import { entityOf } from '../database/entity.js';
import { put } from '../database/row-write.js';
import type { Transaction } from '../database/transaction.js';
import { Refusal } from '../runtime/refusal.js';
import { timestamp, type Runtime } from '../runtime/runtime.js';
import type { FoldReport } from './fold-thread.js';
import type { Projection } from './projected.js';
import { Rebuild, type RebuildProgram } from './rebuild.js';
import type { Difference } from './row-comparison.js';
import { Shadow } from './shadow.js';
import { rebuilds, type RebuildRow } from './tables.js';

export type RebuildView = Omit<RebuildRow, 'differences'> & {
  /** The first hundred. */
  differences: Difference[];
};

interface Running {
  id: string;
  startedAt: string;
  rebuild: Rebuild;
  /** Of the projections. */
  names: string;
  isCancelled: boolean;
}

export class Rebuilds {
  private running: Running | undefined;
  private ended: Promise<RebuildView> | undefined;
  /** The last one that could not be written down. */
  private unwritten: RebuildView | undefined;

  /** @param projections all that there are */
  constructor(
    private readonly database: Database,
    private readonly runtime: Runtime,
    readonly projections: readonly Projection[],
    private readonly program: RebuildProgram,
  ) {}

  /** At the start of a service: what was running when the last one died is over, and its tables go. */
  async cleanUp(): Promise<void> {
    const { database } = this;
    if (!(await this.table.existsBy({ status: 'running' }))) return;
    await database.queue.run((transaction) =>
      new Shadow(database.engine.shadows, this.projections).drop(transaction),
    );
    const error = 'The service ended while it ran; the tables are as they were before it.';
    await database.queue.run((transaction) =>
      transaction.run(
        "UPDATE rebuilds SET status = 'failed', ended_at = ?, error = ? WHERE status = 'running'",
        timestamp(this.runtime.nowMs()),
        error,
      ),
    );
  }

  /**
   * Starts a rebuild, which goes on by itself.
   * @param name of the projection; all of them when not given
   * @throws Refusal `rebuild_running`, `projection_not_found`
   */
  start(name?: string): RebuildView {
    const wanted = this.projections.filter((projection) => name === undefined || projection.name === name);
    if (wanted.length === 0)
      throw new Refusal('missing', 'projection_not_found', `There is no projection ${String(name)}.`);
    if (this.running !== undefined) {
      throw new Refusal('conflict', 'rebuild_running', `Rebuild ${this.running.id} is running.`, {
        current_rebuild_id: this.running.id,
      });
    }
    const running: Running = {
      id: this.runtime.uuid(),
      startedAt: timestamp(this.runtime.nowMs()),
      rebuild: new Rebuild(this.database, this.runtime, wanted, this.program),
      isCancelled: false,
      names: wanted.map((projection) => projection.name).join(', '),
    };
    this.running = running;
    this.unwritten = undefined;
    this.ended = this.follow(running);
    return this.viewOf(running);
  }

  /** @throws Refusal `rebuild_not_found` */
  async find(id: string): Promise<RebuildView> {
    if (this.running?.id === id) return this.viewOf(this.running);
    if (this.unwritten?.id === id) return this.unwritten;
    const row = await this.table.findOneBy({ id });
    if (row === null) throw new Refusal('missing', 'rebuild_not_found', 'There is no such rebuild.');
    return viewOfRow(row);
  }

  /** The one that runs, or the last one that ran. */
  async latest(): Promise<RebuildView | undefined> {
    if (this.running !== undefined) return this.viewOf(this.running);
    if (this.unwritten !== undefined) return this.unwritten;
    const [row] = await this.table.find({ order: { started_at: 'DESC' }, take: 1 });
    return row === undefined ? undefined : viewOfRow(row);
  }

  /**
   * Resolves when it has stopped; one that has ended stays as it ended.
   * @throws Refusal `rebuild_not_found`
   */
  async cancel(id: string): Promise<RebuildView> {
    const { running } = this;
    if (running?.id !== id) return this.find(id);
    running.isCancelled = true;
    await running.rebuild.cancel();
    await this.ended;
    return this.find(id);
  }

  /** Resolves with how the latest rebuild ended; undefined when there was none. */
  async whenEnded(): Promise<RebuildView | undefined> {
    return this.ended;
  }

  /** In events; zeros when none runs. */
  get progress(): { done: number; total: number } {
    const { eventsDone = 0, eventsTotal = 0 } = this.running?.rebuild ?? {};
    return { done: eventsDone, total: eventsTotal };
  }

  /** Before the database is closed. */
  async stop(): Promise<void> {
    if (this.running !== undefined) await this.cancel(this.running.id);
  }

  /** Those that were written down. */
  private get table() {
    return this.database.source.getRepository(entityOf(rebuilds));
  }

  /** Never rejects: nobody may be waiting for it. */
  private async follow(running: Running): Promise<RebuildView> {
    const ended = await this.outcomeOf(running);
    this.running = undefined;
    return ended;
  }

  private async outcomeOf(running: Running): Promise<RebuildView> {
    const { queue } = this.database;
    let ended = this.viewOf(running);
    try {
      await queue.run((transaction) => {
        save(transaction, ended);
      });
      await running.rebuild.run((transaction, report) => {
        ended = this.endOf(running, 'completed', null, report);
        save(transaction, ended);
      });
      return ended;
    } catch (error) {
      return await this.giveUp(running, error);
    }
  }

  private async giveUp(running: Running, cause: unknown): Promise<RebuildView> {
    const ended = running.isCancelled
      ? this.endOf(running, 'cancelled', null)
      : this.endOf(running, 'failed', cause instanceof Error ? cause.message : String(cause));
    try {
      await running.rebuild.cleanUp();
      await this.database.queue.run((transaction) => {
        save(transaction, ended);
      });
    } catch {
      // The disk may be full, or what else ended the rebuild: the next start cleans up.
      this.unwritten = ended;
    }
    return ended;
  }

  private endOf(
    running: Running,
    status: RebuildView['status'],
    error: string | null,
    report?: FoldReport,
  ): RebuildView {
    return {
      ...this.viewOf(running),
      status,
      difference_count: report?.differenceCount ?? 0,
      differences: report?.differences ?? [],
      ended_at: timestamp(this.runtime.nowMs()),
      error,
    };
  }

  private viewOf({ id, startedAt, names, rebuild }: Running): RebuildView {
    return {
      id,
      projection: names,
      status: 'running',
      events_done: rebuild.eventsDone,
      events_total: rebuild.eventsTotal,
      difference_count: 0,
      differences: [],
      started_at: startedAt,
      ended_at: null,
      error: null,
    };
  }
}

const viewOfRow = (row: RebuildRow): RebuildView => ({
  ...row,
  differences: JSON.parse(row.differences) as Difference[],
});

const putRebuild = put(rebuilds);

/** As it is now, in place of what was written of it before. */
function save(transaction: Transaction, view: RebuildView): void {
  transaction.write(putRebuild, { ...view, differences: JSON.stringify(view.differences) });
}
