// What a worker needs from whatever has work to do. A worker knows pieces of work, not what they are about.
import type { Metadata } from '../event-store/event-store.js';
import type { Progress } from './executors/executor.js';
import type { WorkId } from './leases.js';

export interface Claim extends WorkId {
  attempt: number;
  /** What the reports on it will say of themselves: they follow from its start. */
  metadata: Metadata;
  /** What the executor is handed: plain JSON in snake_case. */
  request: Readonly<Record<string, string | number>>;
}

export interface Claims {
  claims: readonly Claim[];
  /** When a piece of work becomes due that is not due yet, in milliseconds since the epoch; null for none. */
  nextAtMs: number | null;
}

export interface Failure {
  error: string;
  code: 'executor_error' | 'timeout';
  retryable: boolean;
}

/** Each call is one durable command. A report on an attempt that is over is refused. */
export interface WorkSource {
  claim(worker: string, max: number): Promise<Claims>;
  /** False when the attempt is no longer ours: cancelled, expired, or closed with its job. */
  renew(claim: Claim, progress?: Progress): Promise<boolean>;
  complete(claim: Claim, result: unknown): Promise<void>;
  fail(claim: Claim, failure: Failure): Promise<void>;
  /** Gives the attempt back: it does not count. */
  release(claim: Claim): Promise<void>;
  /** Ends an attempt whose lease has run out; looks again whether it has. */
  expire(work: WorkId): Promise<void>;
}
