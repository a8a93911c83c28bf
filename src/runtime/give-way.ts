// Work in the background has the processor when nobody else wants it.
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** As `nice -n 10`: about a tenth of the processor when a thread of normal priority wants all of it. */
const background = 10;

/**
 * Lowers the priority of the calling thread, for good. On Linux a thread has one of its own (setpriority(2), "C library/
 * kernel differences"); elsewhere nothing changes.
 */
export function giveWay(): void {
  try {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/');
    setPriority(Number(thread), background);
  } catch {
    // Without it, background work is only less polite.
  }
}
