// A program may start programs of its own: its process group is ended as one, first gently, then by force. None outlives
// this process when that ends by itself; what a killed one leaves behind, the next start ends (left-running.ts).
import { pause, type Runtime } from '../../runtime/runtime.js';
import { groupOfRunning, processIds } from './processes.js';

// The system tells nobody when a group becomes empty, so we look, at first often.
const firstLookMs = 5;
const lookEveryMsMax = 200;

// Death by force takes a moment, and in a process that waits for a broken disk it may never come.
const deathLimitMs = 1_000;

/** Whether a process of the group runs; true where there is no /proc to ask. */
const hasRunning = async (groupId: number): Promise<boolean> => {
  const ids = await processIds();
  if (ids.length === 0) return true;
  for (const id of ids) if ((await groupOfRunning(id)) === groupId) return true;
  return false;
};

/** Whatever ends this process and lets it say so: a second signal, an error that nobody caught. */
const alive = new Set<ProcessGroup>();
process.on('exit', () => {
  for (const group of alive) group.kill();
});

export class ProcessGroup {
  /** `id` is the process id of the group's leader; `killGraceMs` is the time between SIGTERM and SIGKILL. */
  constructor(
    private readonly id: number,
    private readonly options: { runtime: Runtime; killGraceMs: number },
  ) {
    alive.add(this);
  }

  /** Ends every process of the group, at once when there is none. Resolves when they are gone; never rejects. */
  async end(): Promise<void> {
    if (this.signal('SIGTERM')) {
      await this.goneWithin(this.options.killGraceMs);
      // Sent in any case: it cannot hurt the dead, and reaches a process that was born while we looked.
      this.kill();
      await this.goneWithin(deathLimitMs);
    }
    alive.delete(this);
  }

  /** By force, without waiting. */
  kill(): void {
    this.signal('SIGKILL');
  }

  /** Resolves when the group is gone, or after `limitMs`. */
  private async goneWithin(limitMs: number): Promise<void> {
    let waitMs = firstLookMs;
    for (let restMs = limitMs; restMs > 0 && !(await this.isGone()); restMs -= waitMs) {
      waitMs = Math.min(waitMs * 2, lookEveryMsMax, restMs);
      await pause(this.options.runtime, waitMs);
    }
  }

  private async isGone(): Promise<boolean> {
    // Where nobody collects orphans (a container without an init process), the dead stay in their group.
    return !this.signal(0) || !(await hasRunning(this.id));
  }

  /** False when no process is left in the group, or none that we may signal. */
  private signal(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.id, signal);
    } catch {
      return false;
    }
  }
}
