// What a kind says of its work. The mechanism knows the rest: leases, claims, renewals, reports, time limits, recovery.
import type { Awaitable } from '../database/transaction.js';
import type { DomainEvent } from '../event-store/decider.js';
import type { ProjectedTables } from '../event-store/projected-tables.js';
import type { Runtime } from '../runtime/runtime.js';
import type { EnvironmentWith } from './executors/command-executor.js';
import type { Executor, JsonValue } from './executors/executor.js';
import type { Retries } from './retries.js';

/** A command of a decider: metrics, traces and kept refusals call it by its type. */
export interface StreamCommand {
  readonly type: string;
}

/** What an event does to the leases of its stream. */
export type LeaseChange =
  | { type: 'begins'; workKey: string; attempt: number; worker: string }
  | { type: 'ends'; workKey: string }
  | { type: 'all-end' };

/** A piece that nobody runs and that nothing holds up but time. */
export interface PendingPiece {
  workKey: string;
  /** It may not start before this; null when it may at once. */
  notBefore: string | null;
}

/** Why an attempt failed. The failure code that is stored is the kind's own word for it. */
export type FailureCause = 'executor_error' | 'timeout' | 'lease_expired' | 'restart';

export interface Failure {
  cause: FailureCause;
  /** A sentence for a person. */
  error: string;
  retryable: boolean;
  /** What the executor rejected with, for a kind that tells one such error from another. */
  thrown?: unknown;
}

/** What an executor is handed: plain JSON in snake_case. */
export type WorkRequest = Readonly<Record<string, JsonValue>>;

/** `fail` closes each subject that was being worked on; `resume` counts the attempts as failed and goes on. */
export type RestartPolicy = 'fail' | 'resume';

/** What a kind may open its executor with. */
export interface ExecutorTools {
  runtime: Runtime;
  environmentWith: EnvironmentWith;
}

/** Times come in as RFC 3339 text. What makes a command refuses nothing: that is the decider's part. */
export interface WorkKind<
  State = unknown,
  Event extends DomainEvent = DomainEvent,
  Command extends StreamCommand = StreamCommand,
> {
  /** A piece of it, as in the HTTP contract: `model_day`. */
  readonly name: string;
  /** The streams as the log of the service calls them, in the plural. */
  readonly subjects: string;
  /** How many pieces the worker inside the service runs at once; those of other kinds take none of these places. */
  readonly concurrency: number;
  /** Of one attempt, with the setting that says so. */
  readonly timeLimit: { readonly ms: number; readonly setting: string };
  readonly onRestart: RestartPolicy;
  /** The error of what was running when the service died. */
  readonly restartError: string;
  /** What the log says at a start without an executor. */
  readonly withoutExecutor: string;

  /**
   * Undefined for work that only workers outside of the service run.
   * @throws UnusableExecutor
   */
  openExecutor(tools: ExecutorTools): Promise<Executor | undefined>;
  /** The streams that may have something to start, oldest first. */
  activeStreams(tables: ProjectedTables): Awaitable<readonly string[]>;
  /** The pieces of a stream that may be started next, in order. */
  pending(state: State): Iterable<PendingPiece>;
  requestOf(state: State, workKey: string, attempt: number): WorkRequest;
  leaseOf(event: Event): LeaseChange | undefined;
  /**
   * Whether an attempt runs, or was cancelled with its whole subject.
   * @throws Refusal when there is no such piece, or the attempt is over by itself
   */
  attemptIn(state: State, workKey: string, attempt: number): 'running' | 'cancelled';
  /** How often and how far apart a piece is tried that failed so. */
  retriesOf(failure: Failure): Retries;
  /** The path of a piece, or of its whole subject, as in the HTTP contract: what a kept refusal is about. */
  pathOf(streamId: string, workKey?: string): string;

  start(workKey: string, worker: string, now: string): Command;
  complete(workKey: string, attempt: number, result: unknown, now: string): Command;
  /** @param retryTimes when the second, third, … attempt may start: one entry less than there are attempts */
  fail(
    workKey: string,
    attempt: number,
    failure: Failure,
    retryTimes: readonly string[],
    now: string,
  ): Command;
  /** Gives an attempt back: it does not count. */
  release(workKey: string, attempt: number, now: string): Command;
  /** Ends the whole subject, whatever of it is open. */
  close(failure: Failure, now: string): Command;
}
