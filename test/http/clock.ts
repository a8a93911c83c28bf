// A service whose clock the test moves; timers, ids and chance stay real.
import { systemRuntime, type Runtime } from '../../src/runtime/runtime.js';
import { startTestService, type TestService } from '../support/service.js';
import type { Workplace } from '../support/workplace.js';

export interface ClockedService extends TestService {
  /** Moves the clock, back as well. */
  advance(ms: number): void;
  /** From now on each look at the clock moves it on by this much. */
  tick(ms: number): void;
}

/** Like `startTestService`, from the given time on. */
export async function startClockedService(
  place: Workplace,
  start: string,
  settings: Record<string, string> = {},
): Promise<ClockedService> {
  let nowMs = Date.parse(start);
  let tickMs = 0;
  const runtime = Object.create(systemRuntime, {
    nowMs: { value: () => (nowMs += tickMs) },
  }) as Runtime;
  return {
    ...(await startTestService(place, settings, { runtime })),
    advance(ms) {
      nowMs += ms;
    },
    tick(ms) {
      tickMs = ms;
    },
  };
}
