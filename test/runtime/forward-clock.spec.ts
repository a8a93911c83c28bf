// The clock of a process, whatever is done to the clock of the system.
import { forwardClock } from '../../src/runtime/runtime.js';

interface Clocks {
  wallMs: number;
  steadyMs: number;
}

function clockOf(clocks: Clocks): () => number {
  return forwardClock(
    () => clocks.wallMs,
    () => clocks.steadyMs,
  );
}

it('goes on when the clock of the system is set back, and is never behind it', () => {
  const clocks = { wallMs: 1_000_000, steadyMs: 20.25 };
  const now = clockOf(clocks);
  expect(now()).toBe(1_000_000);
  clocks.wallMs -= 3_600_000;
  clocks.steadyMs += 5_000;
  expect(now()).toBe(1_005_000);
  clocks.wallMs += 2 * 3_600_000;
  clocks.steadyMs += 1;
  expect(now()).toBe(4_600_000);
});

it('follows the clock of the system after a sleep, through which a steady clock may not count', () => {
  const clocks = { wallMs: 1_000, steadyMs: 0 };
  const now = clockOf(clocks);
  now();
  clocks.wallMs += 60_000;
  expect(now()).toBe(61_000);
});
