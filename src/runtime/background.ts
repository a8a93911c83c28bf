// Threads for work in the background: they stay small, and have the processor when nobody else wants it.
import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * In MB. What such work leaves behind is garbage at once: with the young generation of the service, or with an old one
 * of gigabytes, V8 would let it lie for long. The largest job takes some hundred.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 512 };

/** As `nice -n 10`: about a tenth of the processor when a thread of normal priority wants all of it. */
const niceness = 10;

/** @param program is handed `workerData`, and calls `giveWay` itself */
export const startInBackground = (program: URL, workerData: unknown): Worker =>
  new Worker(program, { workerData, resourceLimits });

/**
 * Lowers the priority of the calling thread, for good. On Linux a thread has one of its own (setpriority(2), "C library/
 * kernel differences"); elsewhere nothing changes.
 */
export function giveWay(): void {
  try {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/');
    setPriority(Number(thread), getPriority() + niceness);
  } catch {
    // Without it, background work is only less polite.
  }
}
