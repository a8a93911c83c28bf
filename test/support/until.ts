// Waiting for what another process, or another turn of this one, will do: looked for often, and not for ever.
import { setTimeout as pause } from 'node:timers/promises';

const pauseMs = 5;
const looksMax = 3_000;

/** Resolves with the first answer that is neither undefined nor false; fails when it was looked for too often. */
export async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let looks = 0; looks < looksMax; looks += 1) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    await pause(pauseMs);
  }
  throw new Error(`It was waited for in vain: ${what}`);
}
