// The model-days of jobs, as work for the built-in worker. Each call is a command on the bus.
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Metadata } from '../event-store/event-store.js';
import { Runtime } from '../runtime/runtime.js';
import type { Progress } from '../worker/executors/executor.js';
import type { WorkId } from '../worker/leases.js';
import type { Claim, Claims, Failure, WorkSource } from '../worker/work-source.js';
import { isRefused } from '../event-store/refusal.js';
import { ChangeJob, type JobIntent } from './commands/change-job.js';
import { ClaimWork, type ClaimedModelDay } from './commands/claim-work.js';
import { ExpireLease } from './commands/expire-lease.js';
import { RenewLease } from './commands/renew-lease.js';
import { ConfigFolder } from './config-folder.js';
import { modelDayOf, workOf, type ModelDayId } from './model-day-work.js';

@Injectable()
export class JobWorkSource implements WorkSource {
  constructor(
    private readonly commands: CommandBus,
    private readonly runtime: Runtime,
    private readonly configs: ConfigFolder,
  ) {}

  async claim(worker: string, max: number): Promise<Claims> {
    const metadata = this.metadata();
    const { claims, nextAt } = await this.commands.execute(new ClaimWork(worker, max, true, metadata));
    return {
      claims: claims.map((claim) => this.claimOf(claim, metadata.correlation_id)),
      nextAtMs: nextAt === null ? null : Date.parse(nextAt),
    };
  }

  async renew(claim: Claim, progress?: Progress): Promise<boolean> {
    try {
      const renewed = await this.commands.execute(new RenewLease(modelDayOf(claim), claim.attempt, progress));
      return !renewed.cancelled;
    } catch (error) {
      if (isRefused(error)) return false;
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
    await this.commands.execute(new ExpireLease(work, this.metadata()));
  }

  private async change(claim: Claim, intent: (modelDay: ModelDayId) => JobIntent): Promise<void> {
    const modelDay = modelDayOf(claim);
    await this.commands.execute(
      new ChangeJob(modelDay.jobId, intent(modelDay), this.metadata(claim.correlationId)),
    );
  }

  private claimOf(
    { jobId, date, model, attempt, configPath }: ClaimedModelDay,
    correlationId: string,
  ): Claim {
    const request = { job_id: jobId, date, model, attempt, config_path: this.configs.absolute(configPath) };
    return { ...workOf({ jobId, date, model }), attempt, correlationId, request };
  }

  private metadata(correlationId = this.runtime.uuid()): Metadata {
    return { actor: 'daybook', correlation_id: correlationId };
  }
}

/** The longest error that is kept, in characters: it stands in a row and in an event. */
export const errorLengthMax = 10_000;
