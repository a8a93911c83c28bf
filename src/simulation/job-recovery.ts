// What becomes of the jobs that a service was running when it died (§6.3).
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import type { Metadata } from '../event-store/event-store.js';
import { Runtime } from '../runtime/runtime.js';
import { orphanedLeases, type RestartPolicy } from '../worker/recovery.js';
import { ChangeJob, type JobIntent } from './commands/change-job.js';
import { modelDayOf } from './model-day-work.js';

/** The error that clients of the first build know. */
const restartError = 'API restarted while job was running';

@Injectable()
export class JobRecovery {
  constructor(
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly runtime: Runtime,
  ) {}

  /**
   * `fail` closes every job that the built-in worker was running; `resume` counts the attempt as failed and lets the
   * job go on. Resolves with how many jobs it found.
   */
  async recover(policy: RestartPolicy): Promise<number> {
    const orphans = await orphanedLeases(this.database.reads);
    const running = orphans.map((lease) => ({
      ...modelDayOf({ streamId: lease.stream_id, workKey: lease.work_key }),
      attempt: lease.attempt,
    }));
    const jobIds = [...new Set(running.map(({ jobId }) => jobId))];
    if (policy === 'fail') {
      for (const jobId of jobIds) {
        await this.change(jobId, { type: 'CloseJob', failureCode: 'restart', error: restartError });
      }
    } else {
      const failure = { failureCode: 'restart', error: restartError, retryable: true } as const;
      for (const { jobId, date, model, attempt } of running) {
        await this.change(jobId, { type: 'FailModelDay', date, model, attempt, ...failure });
      }
    }
    return jobIds.length;
  }

  private async change(jobId: string, intent: JobIntent): Promise<void> {
    const metadata: Metadata = { actor: 'daybook', correlation_id: this.runtime.uuid() };
    await this.commands.execute(new ChangeJob(jobId, intent, metadata));
  }
}
