// A process that is asked to stop.
import { constants } from 'node:os';
import { stopwatch } from './runtime.js';

export interface Interruption {
  /** Aborts when somebody wants the end. */
  signal: AbortSignal;
  /** Gives the signals of the process back. */
  done: () => void;
}

/** SIGHUP comes when the terminal is closed. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C reaches every process of the terminal, and npm hands on what it gets: the same signal again is no second one. */
const echoSeconds = 0.5;

/**
 * Aborts at the first Ctrl-C, SIGTERM or SIGHUP, so that whoever works can end cleanly (a graceful stop); the second one
 * ends the process at once, with 128 and the signal's number as its exit status, as shells tell it.
 */
export function interruption(): Interruption {
  const controller = new AbortController();
  let first: { signal: NodeJS.Signals; atSeconds: number } | undefined;
  const interrupt = (signal: NodeJS.Signals): void => {
    if (first === undefined) {
      first = { signal, atSeconds: stopwatch() };
      controller.abort();
      return;
    }
    const isEcho = signal === first.signal && stopwatch() - first.atSeconds < echoSeconds;
    if (!isEcho) process.exit(128 + constants.signals[signal]);
  };
  for (const signal of stopSignals) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    done() {
      for (const signal of stopSignals) process.off(signal, interrupt);
    },
  };
}
