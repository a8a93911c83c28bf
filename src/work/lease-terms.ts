// The terms on which this process gives out leases.
import { timestamp, type Runtime } from '../runtime/runtime.js';
import { timestamps } from '../runtime/timestamps.js';

/** By how much the clocks of two processes in a row may differ, in milliseconds. */
const toleranceMs = 1_000;

export class LeaseTerms {
  /** The id of this process in the leases that it holds itself: another one at each start. */
  readonly process: string;
  private readonly textOfNow = timestamps();
  private readonly textOfEnd = timestamps();

  /** @param leaseMs how long a lease holds without being renewed */
  constructor(
    private readonly runtime: Runtime,
    readonly leaseMs: number,
  ) {
    this.process = runtime.uuid();
  }

  now(): string {
    return this.textOfNow(this.runtime.nowMs());
  }

  /** Between these two, a lease holds; one that would hold for longer than any was given with a clock that was ahead. */
  holding(): { from: string; to: string } {
    const nowMs = this.runtime.nowMs();
    return { from: timestamp(nowMs), to: timestamp(nowMs + this.leaseMs + toleranceMs) };
  }

  /** When a lease runs out that begins or is renewed now. */
  end(): string {
    return this.textOfEnd(this.runtime.nowMs() + this.leaseMs);
  }
}
