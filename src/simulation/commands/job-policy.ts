// The settings that the commands of jobs work by.
import { timestamp, type Runtime } from '../../runtime/runtime.js';

/** Dozens of commands share a millisecond, and writing a time as text costs as much as deciding a command. */
function remembering(): (ms: number) => string {
  let latestMs = NaN;
  let text = '';
  return (ms) => {
    if (ms !== latestMs) text = timestamp(ms);
    latestMs = ms;
    return text;
  };
}

export class JobPolicy {
  private readonly textOfNow = remembering();
  private readonly textOfLeaseEnd = remembering();

  constructor(
    private readonly runtime: Runtime,
    readonly limits: {
      activeJobsMax: number;
      modelDaysMax: number;
      attemptsMax: number;
      retryBaseDelayMs: number;
      leaseMs: number;
    },
  ) {}

  now(): string {
    return this.textOfNow(this.runtime.nowMs());
  }

  leaseEnd(): string {
    return this.textOfLeaseEnd(this.runtime.nowMs() + this.limits.leaseMs);
  }

  /**
   * When the second, third, … attempt may start if this one fails now: the delay doubles each time, and each is
   * somewhere in its upper half, so that what failed together does not come back together.
   */
  retryTimes(): string[] {
    const now = this.runtime.nowMs();
    return Array.from({ length: this.limits.attemptsMax - 1 }, (_, used) => {
      const delayMs = Math.min(this.limits.retryBaseDelayMs * 2 ** used, longestDelayMs);
      return timestamp(now + Math.round(delayMs * (0.5 + this.runtime.random() / 2)));
    });
  }

  /** Attempts that died with their service may start again at once, while there are attempts left. */
  immediateRetryTimes(): string[] {
    return new Array<string>(this.limits.attemptsMax - 1).fill(this.now());
  }
}

const longestDelayMs = 60 * 60 * 1000;
