// What a worker needs from whatever has work to do. A worker knows pieces of work, not what they are about.
import type { Metadata } from '../event-store/event-store.js';
import type { Progress } from './executors/executor.js';
import type { WorkId } from './leases.js';
import type { Failure, WorkRequest } from './work-kind.js';

export interface Claim extends WorkId {
  /** `model_day`, say. */
  kind: string;
  attempt: number;
  /** What the reports on it will say of themselves: they follow from its start. */
  metadata: Metadata;
  request: WorkRequest;
}

export interface Claims {
  claims: readonly Claim[];
  /** When a piece of work becomes due that is not due yet, in milliseconds since the epoch; null for none. */
  nextAtMs: number | null;
}

/**
 * How many pieces at most, by the name of their kind. Asked in the transaction, behind its neighbours: by then, what has
 * ended with them has made room.
 */
export type Places = () => ReadonlyMap<string, number>;

/** Each call is one durable command. A report on an attempt that is over is refused. */
export interface WorkSource {
  /** @param isHeld which pieces are left for later; asked when their turn comes */
  claim(worker: string, places: Places, isHeld?: (piece: WorkId) => boolean): Promise<Claims>;
  /** False when the attempt is no longer ours: cancelled, expired, or closed with its subject. */
  renew(claim: Claim, progress?: Progress): Promise<boolean>;
  complete(claim: Claim, result: unknown): Promise<void>;
  fail(claim: Claim, failure: Failure): Promise<void>;
  /** Gives the attempt back: it does not count. */
  release(claim: Claim): Promise<void>;
  /** Ends an attempt whose lease has run out; looks again whether it has. */
  expire(work: WorkId): Promise<void>;
}

/** What a line of the log says of a claim: what it is about, in the words of its kind, and whose it is. */
export const factsOf = ({ request, metadata }: Claim): Record<string, string | number> => ({
  ...Object.fromEntries(
    Object.entries(request).filter(
      (fact): fact is [string, string | number] => typeof fact[1] === 'string' || typeof fact[1] === 'number',
    ),
  ),
  correlation_id: metadata.correlation_id,
});
