// Looks for leases that have run out, whoever held them: a worker that died never blocks a job for ever.
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { timestamp, type Cancel, type Runtime } from '../runtime/runtime.js';
import type { WorkSource } from './work-source.js';

export interface LeaseWatchOptions {
  reads: DataSource;
  source: WorkSource;
  runtime: Runtime;
  log: Logger;
  leaseMs: number;
}

/** The most leases that are ended in one look: a mass death is dealt with in slices. */
const batchMax = 500;

export class LeaseWatch {
  private cancel: Cancel | undefined;
  private looking: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly options: LeaseWatchOptions) {}

  start(): void {
    const everyMs = Math.min(Math.max(this.options.leaseMs / 4, 10), 5_000);
    this.cancel = this.options.runtime.after(everyMs, () => {
      this.looking = this.look()
        .catch((error: unknown) => {
          this.options.log.error({ err: error }, 'leases could not be looked through');
        })
        .finally(() => {
          if (!this.isStopped) this.start();
        });
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancel?.();
    await this.looking;
  }

  private async look(): Promise<void> {
    const { reads, runtime, source } = this.options;
    const expired = await reads.query<{ stream_id: string; work_key: string }[]>(
      `SELECT stream_id, work_key FROM leases WHERE expires_at <= ? LIMIT ${batchMax}`,
      [timestamp(runtime.nowMs())],
    );
    await Promise.all(
      expired.map(({ stream_id: streamId, work_key: workKey }) => source.expire({ streamId, workKey })),
    );
  }
}
