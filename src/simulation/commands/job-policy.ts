// The settings that the commands of jobs work by.
import type { Runtime } from '../../runtime/runtime.js';
import { timestamps } from '../../runtime/timestamps.js';
import { retryTimes } from '../../work/retries.js';

export class JobPolicy {
  private readonly textOfNow = timestamps();

  constructor(
    private readonly runtime: Runtime,
    readonly limits: {
      activeJobsMax: number;
      modelDaysMax: number;
      attemptsMax: number;
      retryBaseDelayMs: number;
    },
  ) {}

  now(): string {
    return this.textOfNow(this.runtime.nowMs());
  }

  /** When the second, third, … attempt may start if this one fails now. */
  retryTimes(): string[] {
    const { attemptsMax, retryBaseDelayMs: baseDelayMs } = this.limits;
    return retryTimes({ attemptsMax, baseDelayMs }, this.runtime);
  }
}
