// A program may start programs of its own: its process group is ended as one, first gently, then by force.
import { readdir, readFile } from 'node:fs/promises';
import { pause, type Runtime } from '../../runtime/runtime.js';

// The system tells nobody when a group becomes empty, so we look, at first often.
const firstLookMs = 5;
const lookEveryMsMax = 200;

// Death by force takes a moment, and in a process that waits for a broken disk it may never come.
const deathLimitMs = 1_000;

/** Whether a process of the group runs; true where there is no /proc to ask. */
const hasRunning = async (groupId: number): Promise<boolean> => {
  const names = await readdir('/proc').catch(() => []);
  const processIds = names.filter((name) => /^\d+$/.test(name));
  if (processIds.length === 0) return true;
  for (const processId of processIds) {
    const line = await readFile(`/proc/${processId}/stat`, 'utf8').catch(() => '');
    // The name, in parentheses, may hold anything; after it come the state, the parent and the group.
    const [state, , group] = line.slice(line.lastIndexOf(')') + 2).split(' ');
    if (Number(group) === groupId && state !== 'Z' && state !== 'X') return true;
  }
  return false;
};

export class ProcessGroup {
  /** `id` is the process id of the group's leader; `killGraceMs` is the time between SIGTERM and SIGKILL. */
  constructor(
    private readonly id: number,
    private readonly options: { runtime: Runtime; killGraceMs: number },
  ) {}

  /** Ends every process of the group, at once when there is none. Resolves when they are gone; never rejects. */
  async end(): Promise<void> {
    if (!this.signal('SIGTERM')) return;
    await this.goneWithin(this.options.killGraceMs);
    // Sent in any case: it cannot hurt the dead, and reaches a process that was born while we looked.
    this.signal('SIGKILL');
    await this.goneWithin(deathLimitMs);
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
