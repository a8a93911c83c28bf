// The model-days of jobs, as work for the built-in worker. Each call is a command on the bus.
import { Injectable } from '@nestjs/common';
import { eventName, type Metadata } from '../event-store/event-store.js';
import type { Progress } from '../work/executors/executor.js';
import type { WorkId } from '../work/leases.js';
import type { Claim, Claims, Failure, WorkSource } from '../work/work-source.js';
import { isRefusal } from '../runtime/refusal.js';
import { ChangeJob, type JobIntent } from './commands/change-job.js';
import { ClaimWork, type ClaimedModelDay } from './commands/claim-work.js';
import { ExpireLease } from './commands/expire-lease.js';
import { RenewLease } from './commands/renew-lease.js';
import { ConfigFolder } from './request/config-folder.js';
import { modelDayOf, workOf, type ModelDayId } from './model-day-work.js';
import { OwnCommands } from '../audit/own-commands.js';

@Injectable()
export class JobWorkSource implements WorkSource {
  constructor(
    private readonly commands: OwnCommands,
    private readonly configs: ConfigFolder,
  ) {}

  async claim(worker: string, max: number): Promise<Claims> {
    const metadata = this.commands.metadata();
    const command = new ClaimWork(worker, max, true, metadata);
    const { claims, nextAt } = await this.commands.execute(command, 'ClaimWork', metadata);
    return {
      claims: claims.map((claim) => this.claimOf(claim, metadata)),
      nextAtMs: nextAt === null ? null : Date.parse(nextAt),
    };
  }

  async renew(claim: Claim, progress?: Progress): Promise<boolean> {
    try {
      const command = new RenewLease(modelDayOf(claim), claim.attempt, progress);
      const renewed = await this.commands.execute(command, wordsOf('RenewLease', claim), claim.metadata);
      return !renewed.cancelled;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  async complete(claim: Claim, result: unknown): Promise<void> {
    await this.change(claim, ({ date, model }) => ({
      type: 'CompleteModelDay',
      date,
      model,
      attempt: claim.attempt,
      result,
    }));
  }

  async fail(claim: Claim, { error, code: failureCode, retryable }: Failure): Promise<void> {
    const { attempt } = claim;
    await this.change(claim, ({ date, model }) => ({
      type: 'FailModelDay',
      date,
      model,
      attempt,
      // A cut may leave half of a character, which a row and an event would keep differently.
      error: error.slice(0, errorLengthMax).toWellFormed(),
      failureCode,
      retryable,
    }));
  }

  async release(claim: Claim): Promise<void> {
    const { attempt } = claim;
    await this.change(claim, ({ date, model }) => ({ type: 'ReleaseModelDay', date, model, attempt }));
  }

  async expire(work: WorkId): Promise<void> {
    const metadata = this.commands.metadata();
    await this.commands.execute(new ExpireLease(work, metadata), wordsOf('ExpireLease', work), metadata);
  }

  private async change(claim: Claim, intentOn: (modelDay: ModelDayId) => JobIntent): Promise<void> {
    const { metadata } = claim;
    const modelDay = modelDayOf(claim);
    const intent = intentOn(modelDay);
    const command = new ChangeJob(modelDay.jobId, intent, metadata);
    await this.commands.execute(command, wordsOf(intent.type, claim), metadata);
  }

  private claimOf(
    { jobId, date, model, attempt, configPath, startedVersion }: ClaimedModelDay,
    metadata: Metadata,
  ): Claim {
    const work = workOf({ jobId, date, model });
    return {
      ...work,
      attempt,
      metadata: { ...metadata, causation_id: eventName(work.streamId, startedVersion) },
      request: { job_id: jobId, date, model, attempt, config_path: this.configs.absolute(configPath) },
    };
  }
}

/** As a request for the same would be kept: what, and the path of the model-day. */
function wordsOf(command: string, work: WorkId): string {
  const { jobId, date, model } = modelDayOf(work);
  return `${command} /jobs/${jobId}/model-days/${date}/${encodeURIComponent(model)}`;
}

/** The longest error that is kept, in characters: it stands in a row and in an event. */
export const errorLengthMax = 10_000;
