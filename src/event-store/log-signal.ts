// Tells whoever follows the log that it has grown. A signal may be missed (another process may write), so a follower
// also looks for itself.
import { firstValueFrom, merge, Subject, type Observable } from 'rxjs';
import { abortOf, timerOf } from '../runtime/flow.js';
import type { Runtime } from '../runtime/runtime.js';

export class LogSignal {
  private readonly commits = new Subject<void>();

  /** Emits after each commit that has added events. */
  get grown(): Observable<void> {
    return this.commits;
  }

  notify(): void {
    this.commits.next();
  }

  /** Resolves at the next commit, after `ms` milliseconds, or when `until` aborts: whichever comes first. */
  async wait(ms: number, runtime: Runtime, until: AbortSignal): Promise<void> {
    await firstValueFrom(merge(this.commits, timerOf(runtime, ms), abortOf(until)));
  }
}
