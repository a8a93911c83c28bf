// What becomes of the jobs that a service was running when it died (§6.3).
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Metadata } from '../event-store/event-store.js';
import { orphanedLeases, type RestartPolicy } from '../work/recovery.js';
import { ChangeJob, type JobIntent } from './commands/change-job.js';
import { causedBy } from './commands/expire-lease.js';
import { modelDayOf } from './model-day-work.js';
import { OwnCommands } from '../audit/own-commands.js';

/** The error that clients of the first build know. */
const restartError = 'API restarted while job was running';

@Injectable()
export class JobRecovery {
  constructor(
    private readonly commands: OwnCommands,
    private readonly database: Database,
  ) {}

  /**
   * `fail` closes every job that the built-in worker was running; `resume` counts the attempt as failed and lets the
   * job go on. Resolves with how many jobs it found.
   */
  async recover(policy: RestartPolicy): Promise<number> {
    const orphans = await orphanedLeases(this.database.source);
    const running = orphans.map((lease) => ({
      ...modelDayOf({ streamId: lease.stream_id, workKey: lease.work_key }),
      lease,
    }));
    const jobIds = [...new Set(running.map(({ jobId }) => jobId))];
    if (policy === 'fail') {
      for (const jobId of jobIds) {
        const intent = { type: 'CloseJob', failureCode: 'restart', error: restartError } as const;
        await this.change(jobId, intent, this.commands.metadata());
      }
    } else {
      const failure = { failureCode: 'restart', error: restartError, retryable: true } as const;
      for (const { jobId, date, model, lease } of running) {
        const intent = { type: 'FailModelDay', date, model, attempt: lease.attempt, ...failure } as const;
        await this.change(jobId, intent, causedBy(lease.stream_id, lease, this.commands.metadata()));
      }
    }
    return jobIds.length;
  }

  private async change(jobId: string, intent: JobIntent, metadata: Metadata): Promise<void> {
    const what = `${intent.type} /jobs/${jobId}`;
    await this.commands.execute(new ChangeJob(jobId, intent, metadata), what, metadata);
  }
}
