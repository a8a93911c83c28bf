// Commands that were refused: who, what, when, the code and the request; no bodies. They are no events. They are
// gathered and written some at a time, behind the answers, so that neither the refused nor the accepted wait for them.
import type { Database } from '../database/database.js';
import type { Reader } from '../database/sqlite/sqlite-reader.js';
import type { Transaction } from '../database/transaction.js';
import { timestamp, type Cancel, type Runtime } from '../runtime/runtime.js';

interface RefusedCommand {
  recorded_at: string;
  actor: string;
  correlation_id: string;
  /** What was asked: method and path. */
  command: string;
  /** Why not: the code of the problem document. */
  code: string;
  status: number;
}

export interface KeptRefusal extends RefusedCommand {
  id: number;
}

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
  ) {}

  /** Unless it says only that there is no such thing: no rule said no. */
  keep(refusal: Omit<RefusedCommand, 'recorded_at'>): void {
    if (!statusesKept.includes(refusal.status)) return;
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
    const refusals = this.waiting.splice(0);
    if (refusals.length === 0) return;
    const keptSince = timestamp(this.runtime.nowMs() - keptMs);
    await this.database.queue.run(async (transaction) => {
      for (const refusal of refusals) await insert(transaction, refusal);
      await transaction.run(
        `DELETE FROM refusals WHERE id <= (SELECT max(id) FROM refusals) - ${keptMax} OR recorded_at < ?`,
        keptSince,
      );
    });
  }
}

async function insert(transaction: Transaction, refusal: RefusedCommand): Promise<void> {
  await transaction.run(
    'INSERT INTO refusals (recorded_at, actor, correlation_id, command, code, status) VALUES (?, ?, ?, ?, ?, ?)',
    refusal.recorded_at,
    refusal.actor,
    refusal.correlation_id,
    refusal.command,
    refusal.code,
    refusal.status,
  );
}

/** In the order in which they happened. */
export function readRefusals(reader: Reader, { after, limit, actor, code }: RefusalFilter): KeptRefusal[] {
  return reader.query<KeptRefusal>(
    `SELECT id, recorded_at, actor, correlation_id, command, code, status FROM refusals
     WHERE id > ? AND (? IS NULL OR actor = ?) AND (? IS NULL OR code = ?) ORDER BY id LIMIT ?`,
    after,
    actor ?? null,
    actor ?? null,
    code ?? null,
    code ?? null,
    limit,
  );
}
