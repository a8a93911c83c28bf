// One claim, from its start to its report: the executor runs under a time limit, a lease that is renewed, and an
// abort signal.
import type { Logger } from 'pino';
import { isRefusal } from '../runtime/refusal.js';
import { pause, stopwatch, type Cancel, type Runtime } from '../runtime/runtime.js';
import { isFinal, isOutOfResources, type Executor, type Progress } from './executors/executor.js';
import { printing } from './prints.js';
import type { Failure } from './work-kind.js';
import { factsOf, type Claim, type WorkSource } from './work-source.js';

export interface ExecutionOptions {
  source: WorkSource;
  executor: Executor;
  runtime: Runtime;
  log: Logger;
  /** Of one attempt, with the setting that says so. */
  timeLimit: { readonly ms: number; readonly setting: string };
  /** How long a claim holds without being renewed, in milliseconds. */
  leaseMs: number;
  observer?: ExecutionObserver | undefined;
  /** Called once, when the executor has ended and its report is on the way: its place is free. */
  executed?: ((outcome: ExecutionOutcome) => void) | undefined;
}

/** `lost` and `shutdown` are ended from outside and no failures; nor is what the machine has no room for. */
export type ExecutionOutcome =
  'completed' | 'executor_error' | 'timeout' | 'lost' | 'shutdown' | 'out_of_resources';

/** Told of what the executor does; must not throw. */
export interface ExecutionObserver {
  started(): void;
  ended(outcome: ExecutionOutcome, seconds: number): void;
}

/** Why an execution was ended from outside. */
type Ending = 'timeout' | 'lost' | 'shutdown';

const sentences: Record<Ending, (timeLimit: ExecutionOptions['timeLimit']) => string> = {
  timeout: ({ ms, setting }) => `Timed out after ${ms / 1000} seconds (${setting})`,
  lost: () => 'The attempt is no longer ours: it was cancelled, or its lease ran out',
  shutdown: () => 'The service is stopping',
};

export class Execution {
  /** Resolves when the claim has been reported, or is not ours any more. */
  readonly done: Promise<void>;
  private readonly abort = new AbortController();
  private ending: Ending | undefined;
  private progress: Progress | undefined;
  private renewal: Cancel | undefined;
  private isOver = false;
  private hasExecuted = false;
  private isShuttingDown = false;

  constructor(
    readonly claim: Claim,
    private readonly options: ExecutionOptions,
  ) {
    this.done = this.run();
  }

  /** Whether its executor is at it. */
  get isExecuting(): boolean {
    return !this.hasExecuted;
  }

  /** The attempt was cancelled: its executor stops, and there is nothing to report. */
  lose(): void {
    this.end('lost');
  }

  /** The service stops: its executor stops, and the attempt is given back. */
  shutDown(): void {
    this.isShuttingDown = true;
    this.end('shutdown');
  }

  /** Asks at once whether the attempt is still ours, and not only at its next renewal. */
  check(): void {
    this.renewal?.();
    this.renewNow();
  }

  private end(ending: Ending): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.abort.abort(new Error(sentences[ending](this.options.timeLimit)));
  }

  private async run(): Promise<void> {
    const { runtime, executor, timeLimit } = this.options;
    const cancelTimeout = runtime.after(timeLimit.ms, () => {
      this.end('timeout');
    });
    this.renewLater();
    const startedAt = stopwatch();
    this.options.observer?.started();
    let outcome: ExecutionOutcome = 'completed';
    let report: () => Promise<void>;
    try {
      const result = await printing(this.options.log, factsOf(this.claim), () =>
        executor.execute(this.claim.request, {
          signal: this.abort.signal,
          reportProgress: (progress) => {
            this.progress = progress;
          },
        }),
      );
      report = () => this.options.source.complete(this.claim, result);
    } catch (error) {
      outcome = this.ending ?? (isOutOfResources(error) ? 'out_of_resources' : 'executor_error');
      report = this.reportOf(error, outcome);
    }
    this.note(outcome, stopwatch() - startedAt);
    cancelTimeout();
    await this.deliver(report, outcome);
    this.isOver = true;
    this.renewal?.();
  }

  /** Without the error's text: it stands with the attempt, and may hold whatever a program printed. */
  private note(outcome: ExecutionOutcome, seconds: number): void {
    this.options.observer?.ended(outcome, seconds);
    const line = { ...factsOf(this.claim), outcome, duration_ms: Math.round(seconds * 1_000) };
    const isFailure = outcome === 'executor_error' || outcome === 'timeout';
    if (outcome === 'out_of_resources')
      this.options.log.warn(line, 'the machine has no room for an attempt, which is given back for later');
    else if (isFailure) this.options.log.warn(line, 'an attempt failed');
    else this.options.log.debug(line, 'an attempt ended');
  }

  private reportOf(error: unknown, outcome: ExecutionOutcome): () => Promise<void> {
    const { source } = this.options;
    if (outcome === 'lost') return () => Promise.resolve();
    if (outcome === 'shutdown' || outcome === 'out_of_resources') return () => source.release(this.claim);
    const failure: Failure = {
      cause: outcome === 'timeout' ? 'timeout' : 'executor_error',
      error: error instanceof Error ? error.message : String(error),
      retryable: this.ending !== undefined || !isFinal(error),
      thrown: error,
    };
    return () => source.fail(this.claim, failure);
  }

  /** What ran must not be lost because the database is busy: the report is tried until it is heard or refused. */
  private async deliver(report: () => Promise<void>, outcome: ExecutionOutcome): Promise<void> {
    const { runtime, log } = this.options;
    for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, 5_000)) {
      try {
        const reported = report();
        this.leavePlace(outcome);
        await reported;
        return;
      } catch (error) {
        if (isRefusal(error)) {
          log.warn({ ...factsOf(this.claim), err: error }, 'a report came too late');
          return;
        }
        log.error(
          { ...factsOf(this.claim), err: error },
          'a report could not be written and will be tried again',
        );
        if (this.isShuttingDown) return;
        await pause(runtime, pauseMs);
      }
    }
  }

  private leavePlace(outcome: ExecutionOutcome): void {
    if (this.hasExecuted) return;
    this.hasExecuted = true;
    this.options.executed?.(outcome);
  }

  private renewLater(): void {
    // A renewal may have been under way when the execution ended.
    if (this.isOver) return;
    this.renewal = this.options.runtime.after(this.options.leaseMs / 3, () => {
      this.renewNow();
    });
  }

  private renewNow(): void {
    this.renew().catch((error: unknown) => {
      this.options.log.warn({ ...factsOf(this.claim), err: error }, 'a lease could not be renewed');
      this.renewLater();
    });
  }

  private async renew(): Promise<void> {
    const isOurs = await this.options.source.renew(this.claim, this.progress);
    if (isOurs) this.renewLater();
    else this.lose();
  }
}
