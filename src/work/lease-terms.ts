// The terms on which this process gives out leases.
import type { Runtime } from '../runtime/runtime.js';
import { timestamps } from '../runtime/timestamps.js';

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

  /** When a lease runs out that begins or is renewed now. */
  end(): string {
    return this.textOfEnd(this.runtime.nowMs() + this.leaseMs);
  }
}
