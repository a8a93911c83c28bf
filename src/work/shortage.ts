// While the machine is out of something (file descriptors, memory, processes), nothing is claimed for a while, and then
// one piece at a time until one has run: each attempt would only be given back (back-off).
import type { Runtime } from '../runtime/runtime.js';
import type { ExecutionOutcome } from './execution.js';

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

export class Shortage {
  private pauseMs = 0;
  private untilMs = -Infinity;

  constructor(private readonly runtime: Runtime) {}

  note(outcome: ExecutionOutcome): void {
    if (outcome === 'completed' || outcome === 'executor_error' || outcome === 'timeout') this.pauseMs = 0;
    // Those that began together find it together.
    if (outcome !== 'out_of_resources' || this.restUntilMs !== undefined) return;
    this.pauseMs = Math.min(Math.max(2 * this.pauseMs, firstPauseMs), longestPauseMs);
    this.untilMs = this.runtime.nowMs() + this.pauseMs;
  }

  /** Undefined when something may be claimed. */
  get restUntilMs(): number | undefined {
    return this.pauseMs > 0 && this.runtime.nowMs() < this.untilMs ? this.untilMs : undefined;
  }

  /** How many pieces of a kind may run at once. */
  placesOf(concurrency: number): number {
    if (this.pauseMs === 0) return concurrency;
    return this.restUntilMs === undefined ? 1 : 0;
  }
}
