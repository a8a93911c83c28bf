// A process that is asked to stop.

/**
 * Aborts at the first Ctrl-C or SIGTERM, so that whoever works can end cleanly; the second one ends the process.
 * `done` gives the signals back.
 */
export function interruption(): { signal: AbortSignal; done: () => void } {
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
