// The answers of commands that came with an `Idempotency-Key`: the same key gets the same answer again. Operational: no
// history, and each is swept when its time is over.
import type { Database } from '../database/database.js';
import type { Migration } from '../database/migration.js';
import { put } from '../database/row-write.js';
import { defineTable, integer, text, type RowOf } from '../database/table.js';
import type { Transaction } from '../database/transaction.js';
import { timestamp, type Cancel, type Runtime } from '../runtime/runtime.js';

export const idempotencyKeys = defineTable('idempotency_keys', ['key'], {
  key: text(),
  /** Of the request that it came with. */
  fingerprint: text(),
  status: integer(),
  /** JSON of those that belong to the answer, by lower-case name. */
  headers: text(),
  /** Empty when there is none. */
  body: text(),
  expires_at: text(),
});

export const idempotencyMigrations: readonly Migration[] = [
  {
    name: 'IdempotencyKeys1764200000000',
    statements: {
      sqlite: [
        `CREATE TABLE idempotency_keys (
          key TEXT PRIMARY KEY,
          fingerprint TEXT NOT NULL,
          status INTEGER NOT NULL,
          headers TEXT NOT NULL,
          body TEXT NOT NULL,
          expires_at TEXT NOT NULL
        ) WITHOUT ROWID`,
        'CREATE INDEX idx_idempotency_keys_expires_at ON idempotency_keys(expires_at)',
      ],
    },
  },
];

export type KeptAnswer = Omit<RowOf<typeof idempotencyKeys>, 'expires_at'>;

/** As long as a trigger answers the same request again. */
const keptMs = 24 * 60 * 60 * 1000;

const sweepMs = 60 * 60 * 1000;

/** How many go in one commit: an answer may be as large as a result. */
const sweptAtOnce = 200;

const putAnswer = put(idempotencyKeys);

export class KeptAnswers {
  private sweeping: Promise<void> = Promise.resolve();
  private cancel: Cancel | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly runtime: Runtime,
  ) {}

  /** The answer that was given, unless its time is over. */
  find(key: string): Promise<KeptAnswer | undefined> {
    return this.database.reader.get<KeptAnswer>(
      'SELECT key, fingerprint, status, headers, body FROM idempotency_keys WHERE key = ? AND expires_at > ?',
      key,
      timestamp(this.runtime.nowMs()),
    );
  }

  /** In the transaction of the command itself: both are durable, or neither. */
  keepIn(transaction: Transaction, answer: KeptAnswer): void {
    transaction.write(putAnswer, { ...answer, expires_at: timestamp(this.runtime.nowMs() + keptMs) });
  }

  /** In a transaction of its own, for what changed nothing or may be done twice. */
  keep(answer: KeptAnswer): Promise<void> {
    return this.database.queue.run((transaction) => {
      this.keepIn(transaction, answer);
    });
  }

  /** Removes what is over: now, and each hour. */
  start(): void {
    this.sweeping = this.sweep()
      // What cannot be swept now is swept in an hour; meanwhile nobody is answered with it.
      .catch(() => undefined)
      .finally(() => {
        if (this.stopped) return;
        this.cancel = this.runtime.after(sweepMs, () => {
          this.start();
        });
      });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    await this.sweeping;
  }

  async sweep(): Promise<void> {
    const now = timestamp(this.runtime.nowMs());
    const isOver = 'SELECT key FROM idempotency_keys WHERE expires_at <= ?';
    // Looked for first: to begin a transaction for nothing would be to write.
    while (!this.stopped && (await this.database.reader.get(`${isOver} LIMIT 1`, now)) !== undefined) {
      await this.database.queue.run((transaction) =>
        transaction.run(
          `DELETE FROM idempotency_keys WHERE key IN (${isOver} ORDER BY expires_at LIMIT ${sweptAtOnce})`,
          now,
        ),
      );
    }
  }
}
