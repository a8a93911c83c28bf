// A process that is asked to stop.

export interface Interruption {
  /** Aborts when somebody wants the end. */
  signal: AbortSignal;
  /** Gives the signals of the process back. */
  done: () => void;
}

/**
 * Aborts at the first Ctrl-C or SIGTERM, so that whoever works can end cleanly; the second one ends the process.
 */
export function interruption(): Interruption {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    done() {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    },
  };
}
