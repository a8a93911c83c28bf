// The real clock and chance, with timers that ring when a test says so.
import { systemRuntime, type Cancel, type Runtime } from '../../src/runtime/runtime.js';

export class ManualRuntime implements Runtime {
  private readonly timers = new Set<{ ms: number; call: () => void }>();

  /** How long the timers are that have been set and have neither rung nor been cancelled, in milliseconds. */
  get waiting(): number[] {
    return [...this.timers].map(({ ms }) => ms);
  }

  after(ms: number, call: () => void): Cancel {
    const timer = { ms, call };
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
    };
  }

  /** Lets every timer of this length ring. */
  ring(ms: number): void {
    for (const timer of [...this.timers]) {
      if (timer.ms !== ms || !this.timers.delete(timer)) continue;
      timer.call();
    }
  }

  nowMs(): number {
    return systemRuntime.nowMs();
  }

  uuid(): string {
    return systemRuntime.uuid();
  }

  random(): number {
    return systemRuntime.random();
  }

  nextTurn(): Promise<void> {
    return systemRuntime.nextTurn();
  }
}
