// The work of all kinds, for the worker inside the service. Each call is a command on the bus.
import { Injectable } from '@nestjs/common';
import { OwnCommands } from '../audit/own-commands.js';
import { eventName } from '../event-store/event-store.js';
import { isRefusal } from '../runtime/refusal.js';
import { Runtime } from '../runtime/runtime.js';
import { ChangeStream } from './change-stream.js';
import { ClaimWork } from './claim-work.js';
import type { Progress } from './executors/executor.js';
import { ExpireLease } from './expire-lease.js';
import type { WorkId } from './leases.js';
import { OpenKinds } from './open-kinds.js';
import { RenewLease } from './renew-lease.js';
import { retryTimes } from './retries.js';
import type { Failure, StreamCommand, WorkKind } from './work-kind.js';
import type { Claim, Claims, Places, WorkSource } from './work-source.js';

/** The longest error that is kept, in characters: it stands in a row and in an event. */
export const errorLengthMax = 10_000;

@Injectable()
export class CommandedWork implements WorkSource {
  constructor(
    private readonly commands: OwnCommands,
    private readonly kinds: OpenKinds,
    private readonly runtime: Runtime,
  ) {}

  async claim(worker: string, places: Places, isHeld?: (piece: WorkId) => boolean): Promise<Claims> {
    const metadata = this.commands.metadata();
    const command = new ClaimWork(worker, places, this.kinds.parts.terms.process, metadata, isHeld);
    const { claims, nextAt } = await this.commands.execute(command, 'ClaimWork', metadata);
    return {
      claims: claims.map(({ kind, streamId, workKey, attempt, request, version }) => ({
        kind,
        streamId,
        workKey,
        attempt,
        request,
        metadata: { ...metadata, causation_id: eventName(streamId, version) },
      })),
      nextAtMs: nextAt === null ? null : Date.parse(nextAt),
    };
  }

  async renew(claim: Claim, progress?: Progress): Promise<boolean> {
    try {
      const command = new RenewLease(claim, claim.attempt, progress);
      const what = `RenewLease ${this.pathOf(claim)}`;
      const renewed = await this.commands.execute(command, what, claim.metadata);
      return !renewed.cancelled;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  async complete(claim: Claim, result: unknown): Promise<void> {
    const { workKey, attempt } = claim;
    await this.report(claim, this.workOf(claim).complete(workKey, attempt, result, this.now()));
  }

  async fail(claim: Claim, failure: Failure): Promise<void> {
    const { workKey, attempt } = claim;
    const work = this.workOf(claim);
    // A cut may leave half of a character, which a row and an event would keep differently.
    const kept = { ...failure, error: failure.error.slice(0, errorLengthMax).toWellFormed() };
    const times = retryTimes(work.retriesOf(kept), this.runtime);
    await this.report(claim, work.fail(workKey, attempt, kept, times, this.now()));
  }

  async release(claim: Claim): Promise<void> {
    const { workKey, attempt } = claim;
    await this.report(claim, this.workOf(claim).release(workKey, attempt, this.now()));
  }

  async expire(work: WorkId): Promise<void> {
    const metadata = this.commands.metadata();
    const what = `ExpireLease ${this.pathOf(work)}`;
    await this.commands.execute(new ExpireLease(work, metadata), what, metadata);
  }

  private async report(claim: Claim, command: StreamCommand): Promise<void> {
    const { streamId, metadata } = claim;
    const what = `${command.type} ${this.pathOf(claim)}`;
    await this.commands.execute(new ChangeStream(streamId, command, metadata), what, metadata);
  }

  private now(): string {
    return this.kinds.parts.terms.now();
  }

  private pathOf(work: WorkId): string {
    return this.workOf(work).pathOf(work.streamId, work.workKey);
  }

  private workOf({ streamId }: WorkId): WorkKind {
    const streams = this.kinds.withWorkOn(streamId);
    if (streams === undefined) throw new Error(`${streamId} is of no kind whose work this Daybook knows`);
    return streams.work;
  }
}
