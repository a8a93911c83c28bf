// Looks for leases that have run out, whoever held them: a worker that died never blocks anything for ever.
import type { Logger } from 'pino';
import type { Reader } from '../database/reader.js';
import type { Cancel, Runtime } from '../runtime/runtime.js';
import type { LeaseTerms } from './lease-terms.js';
import { expiredLeases } from './leases.js';
import type { WorkSource } from './work-source.js';

export interface LeaseWatchOptions {
  reader: Reader;
  source: WorkSource;
  runtime: Runtime;
  log: Logger;
  terms: LeaseTerms;
  /** Of the streams whose kinds have work. */
  prefixes: readonly string[];
}

/** The most leases that are ended in one look: a mass death is dealt with in slices. */
const batchMax = 500;

export class LeaseWatch {
  private cancel: Cancel | undefined;
  private looking: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly options: LeaseWatchOptions) {}

  start(): void {
    const everyMs = Math.min(Math.max(this.options.terms.leaseMs / 4, 10), 5_000);
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
    const { reader, terms, source, prefixes } = this.options;
    const expired = await expiredLeases(reader, prefixes, terms.holding(), batchMax);
    await Promise.all(expired.map((work) => source.expire(work)));
  }
}
