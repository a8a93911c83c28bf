// Commands that were refused: who, what, when, the code and the request; no bodies. They are no events. They are
// gathered and written some at a time, behind the answers, so that neither the refused nor the accepted wait for them.
import { MoreThan } from 'typeorm';
import type { Database } from '../database/database.js';
import { entityOf } from '../database/entity.js';
import { append } from '../database/row-write.js';
import { defineTable, generated, integer, text, type RowOf } from '../database/table.js';
import { timestamp, type Cancel, type Runtime } from '../runtime/runtime.js';

export const refusals = defineTable('refusals', ['id'], {
  id: generated(),
  recorded_at: text(),
  actor: text(),
  correlation_id: text(),
  /** What was asked: method and path. */
  command: text(),
  /** Why not: the code of the problem document. */
  code: text(),
  status: integer(),
});

export type KeptRefusal = RowOf<typeof refusals>;

type RefusedCommand = Omit<KeptRefusal, 'id'>;

export interface RefusalFilter {
  /** An id: those after it. */
  after: number;
  limit: number;
  actor?: string | undefined;
  code?: string | undefined;
}

/** How long they are kept, and how many. */
const keptMs = 30 * 24 * 60 * 60 * 1000;
const keptMax = 100_000;

/** How many wait to be written, and for how long. In a flood of refusals the last ones are not kept. */
const waitingMax = 1_000;
const waitMs = 250;

/** Of the answers to a command by which a rule said no. */
const statusesKept: readonly number[] = [403, 409, 412, 422];

export class Refusals {
  private waiting: RefusedCommand[] = [];
  private cancel: Cancel | undefined;

  constructor(
    private readonly database: Database,
    private readonly runtime: Runtime,
    /** Told the code of each, also of those that are too many to be kept. */
    private readonly observe: (code: string) => void,
  ) {}

  /** Unless it says only that there is no such thing: no rule said no. */
  keep(refusal: Omit<RefusedCommand, 'recorded_at'>): void {
    if (!statusesKept.includes(refusal.status)) return;
    this.observe(refusal.code);
    if (this.waiting.length >= waitingMax) return;
    this.waiting.push({ recorded_at: timestamp(this.runtime.nowMs()), ...refusal });
    this.cancel ??= this.runtime.after(waitMs, () => {
      // What cannot be written now is not worth keeping the service busy for.
      this.flush().catch(() => undefined);
    });
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    const waiting = this.waiting.splice(0);
    if (waiting.length === 0) return;
    const keptSince = timestamp(this.runtime.nowMs() - keptMs);
    await this.database.queue.run(async (transaction) => {
      for (const refusal of waiting) transaction.write(appendRefusal, refusal as KeptRefusal);
      await transaction.run(
        `DELETE FROM refusals WHERE id <= (SELECT max(id) FROM refusals) - ${keptMax} OR recorded_at < ?`,
        keptSince,
      );
    });
  }
}

const appendRefusal = append(refusals);

/** In the order in which they happened. */
export function readRefusals(
  { source }: Database,
  { after, limit, actor, code }: RefusalFilter,
): Promise<KeptRefusal[]> {
  return source.getRepository(entityOf(refusals)).find({
    where: {
      id: MoreThan(after),
      ...(actor === undefined ? {} : { actor }),
      ...(code === undefined ? {} : { code }),
    },
    order: { id: 'ASC' },
    take: limit,
  });
}
