// Tells whoever follows the log that it has grown. A signal may be missed (another process may write), so a follower
// also looks for itself.
import type { Runtime } from '../runtime/runtime.js';

export class LogSignal {
  private readonly waiting = new Set<() => void>();

  notify(): void {
    for (const wake of this.waiting) wake();
  }

  /** Resolves at the next commit, after `ms` milliseconds, or when `until` aborts: whichever comes first. */
  wait(ms: number, runtime: Runtime, until: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        until.removeEventListener('abort', wake);
        cancel();
        resolve();
      };
      const cancel = runtime.after(ms, wake);
      this.waiting.add(wake);
      until.addEventListener('abort', wake);
      if (until.aborted) wake();
    });
  }
}
