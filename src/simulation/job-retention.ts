// Removes old jobs by itself, once a day, when a retention is configured.
import type { Logger } from 'pino';
import type { Cancel, Runtime } from '../runtime/runtime.js';
import type { JobCleanup } from './job-cleanup.js';

const dayMs = 86_400_000;

export interface JobRetentionOptions {
  cleanup: JobCleanup;
  runtime: Runtime;
  log: Logger;
  retentionDays: number;
}

export class JobRetention {
  private cancel: Cancel | undefined;
  private cleaning: Promise<void> = Promise.resolve();
  private readonly stopped = new AbortController();

  constructor(private readonly options: JobRetentionOptions) {}

  /** At once, and each day after: a service that is restarted every night would else never come to it. */
  start(): void {
    this.cleaning = this.clean().finally(() => {
      if (this.stopped.signal.aborted) return;
      this.cancel = this.options.runtime.after(dayMs, () => {
        this.start();
      });
    });
  }

  /** Resolves when it rests; a cleanup under way ends at its next commit. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.cancel?.();
    await this.cleaning;
  }

  private async clean(): Promise<void> {
    const { cleanup, runtime, log, retentionDays } = this.options;
    try {
      const jobs = await cleanup.run({
        olderThanDays: retentionDays,
        metadata: { actor: 'daybook', correlation_id: runtime.uuid() },
        until: this.stopped.signal,
      });
      if (jobs > 0) log.info({ jobs, retentionDays }, 'old jobs were removed');
    } catch (error) {
      log.error({ err: error }, 'old jobs could not be removed');
    }
  }
}
