// The real clock and timers, but for timers of certain lengths: those ring when the test says so.
import { systemRuntime, type Cancel } from '../../src/runtime/runtime.js';
import { ManualRuntime } from './manual-runtime.js';

export class HeldRuntime extends ManualRuntime {
  /** How many of those were set. */
  held = 0;

  constructor(private readonly lengthsMs: readonly number[]) {
    super();
  }

  override after(ms: number, call: () => void): Cancel {
    if (!this.lengthsMs.includes(ms)) return systemRuntime.after(ms, call);
    this.held += 1;
    return super.after(ms, call);
  }
}
