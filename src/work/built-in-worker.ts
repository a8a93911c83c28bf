// The worker inside the service: claims what may start, of whatever kind, runs it, reports. It is woken by what happens,
// and looks for itself now and then, so a lost wake-up costs a little time and nothing else.
import type { Logger } from 'pino';
import type { Cancel, Runtime } from '../runtime/runtime.js';
import { Execution, type ExecutionObserver } from './execution.js';
import type { Executor } from './executors/executor.js';
import type { WorkId } from './leases.js';
import { Shortage } from './shortage.js';
import { factsOf, type Claim, type WorkSource } from './work-source.js';

/** A kind whose work is run here. */
export interface ExecutedKind {
  /** `model_day`, say. */
  name: string;
  executor: Executor;
  /** How many of its pieces run at once; those of other kinds take none of these places. */
  concurrency: number;
  /** Of one attempt, with the setting that says so. */
  timeLimit: { readonly ms: number; readonly setting: string };
}

export interface BuiltInWorkerOptions {
  source: WorkSource;
  kinds: readonly ExecutedKind[];
  runtime: Runtime;
  log: Logger;
  /** Its name in claims. */
  name: string;
  leaseMs: number;
  observer?: ExecutionObserver | undefined;
}

/** How often it looks for work without being woken, in milliseconds. */
const pollMs = 1_000;

export class BuiltInWorker {
  private readonly running = new Set<Execution>();
  /** The streams that were cancelled while a claim was under way. */
  private readonly cancelledMeanwhile = new Set<string>();
  private isStopping = false;
  private claiming: Promise<void> | undefined;
  /** Since the claim under way was asked for. */
  private wasWoken = false;
  /** Since then, too: what it asked for is no longer all that there is room for. */
  private hasMoreRoom = false;
  private nextLook: Cancel | undefined;

  private readonly shortage: Shortage;

  constructor(private readonly options: BuiltInWorkerOptions) {
    this.shortage = new Shortage(options.runtime);
  }

  /** Looks for work now, or as soon as the look that is under way is over. */
  wake(): void {
    this.wasWoken = true;
    if (this.claiming !== undefined || this.isStopping) return;
    this.nextLook?.();
    this.claiming = this.claim()
      .catch((error: unknown) => {
        this.options.log.error({ err: error }, 'work could not be claimed and will be looked for again');
        this.lookAgainAt(this.options.runtime.nowMs() + pollMs);
      })
      .finally(() => {
        this.claiming = undefined;
        if (this.wasWoken || this.hasMoreRoom) this.wake();
      });
  }

  /** What runs for this stream is no longer wanted. */
  cancel(streamId: string): void {
    if (this.claiming !== undefined) this.cancelledMeanwhile.add(streamId);
    for (const execution of this.running) if (execution.claim.streamId === streamId) execution.lose();
  }

  /** Claims no more, lets what runs finish for `graceMs`, then ends it and gives it back. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    this.nextLook?.();
    const cancelGrace = this.options.runtime.after(graceMs, () => {
      for (const execution of this.running) execution.shutDown();
    });
    await this.claiming;
    while (this.running.size > 0) await Promise.all([...this.running].map(({ done }) => done));
    cancelGrace();
    await Promise.all(this.options.kinds.map(({ executor }) => executor.close()));
  }

  private async claim(): Promise<void> {
    const { source, name, runtime } = this.options;
    this.wasWoken = false;
    this.hasMoreRoom = false;
    const { restUntilMs } = this.shortage;
    if (restUntilMs !== undefined) {
      this.lookAgainAt(restUntilMs);
      return;
    }
    // Every place is taken: whoever finishes first looks again.
    if (this.freePlaces().size === 0) return;
    this.cancelledMeanwhile.clear();
    const { claims, nextAtMs } = await source.claim(
      name,
      () => {
        this.hasMoreRoom = false;
        return this.freePlaces();
      },
      this.isHeld,
    );
    // A claim comes last in its commit: it has seen all that anybody was woken by until now.
    this.wasWoken = false;
    this.lookAgainAt(Math.min(nextAtMs ?? Infinity, runtime.nowMs() + pollMs));
    for (const claim of claims) {
      const execution = this.run(claim);
      // Before the claim or after it: only the work source knows.
      if (this.cancelledMeanwhile.has(claim.streamId)) execution.check();
    }
  }

  /** It was cancelled, say, and tried again at once: the next attempt waits until the program of the last one is gone. */
  private readonly isHeld = ({ streamId, workKey }: WorkId): boolean =>
    this.executing().some(({ claim }) => claim.streamId === streamId && claim.workKey === workKey);

  private executing(): Execution[] {
    return [...this.running].filter(({ isExecuting }) => isExecuting);
  }

  /** Of the kinds that have any. */
  private freePlaces(): Map<string, number> {
    const running = this.executing();
    return new Map(
      this.options.kinds
        .map(({ name, concurrency }) => {
          const taken = running.filter(({ claim }) => claim.kind === name).length;
          return [name, this.shortage.placesOf(concurrency) - taken] as const;
        })
        .filter(([, places]) => places > 0),
    );
  }

  private run(claim: Claim): Execution {
    const { source, kinds, runtime, log, leaseMs, observer } = this.options;
    const { executor, timeLimit } = kinds.find(({ name }) => name === claim.kind) as ExecutedKind;
    const execution = new Execution(claim, {
      source,
      executor,
      runtime,
      log,
      timeLimit,
      leaseMs,
      observer,
      executed: (outcome) => {
        this.shortage.note(outcome);
        this.hasMoreRoom = true;
        this.wake();
      },
    });
    this.running.add(execution);
    if (this.isStopping) execution.shutDown();
    execution.done
      .finally(() => this.running.delete(execution))
      .catch((error: unknown) => {
        log.error({ ...factsOf(claim), err: error }, 'an execution broke');
        this.wake();
      });
    return execution;
  }

  private lookAgainAt(timeMs: number): void {
    if (this.isStopping) return;
    this.nextLook?.();
    this.nextLook = this.options.runtime.after(Math.max(0, timeMs - this.options.runtime.nowMs()), () => {
      this.wake();
    });
  }
}
