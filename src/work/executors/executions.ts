// The executions that run in one executor: each ends when its caller aborts it or the executor is closed.
import { errorFrom } from './error-from.js';

const closed = (): Error => new Error('The executor is closed.');

export class Executions {
  private readonly running = new Map<AbortController, Promise<unknown>>();
  private isClosed = false;

  /**
   * Runs `work` with a signal of its own and settles when `work` does. Rejects with an Error always: with the
   * reason of the abort if there was one, even when the work came to a result in spite of it.
   */
  async run(outer: AbortSignal, work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
    if (this.isClosed) throw closed();
    if (outer.aborted) throw errorFrom(outer.reason);
    const controller = new AbortController();
    const abort = (): void => {
      controller.abort(outer.reason);
    };
    // Not AbortSignal.any: a signal that outlives many executions would keep something of each.
    outer.addEventListener('abort', abort);
    const settling = Promise.allSettled([work(controller.signal)]);
    this.running.set(controller, settling);
    const [outcome] = await settling;
    this.running.delete(controller);
    outer.removeEventListener('abort', abort);
    if (controller.signal.aborted) throw errorFrom(controller.signal.reason);
    if (outcome.status === 'rejected') throw errorFrom(outcome.reason);
    return outcome.value;
  }

  /** Aborts whatever runs and resolves when all of it has ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const controller of this.running.keys()) controller.abort(closed());
    await Promise.all(this.running.values());
  }
}
