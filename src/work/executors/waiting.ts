// What executors wait for besides time.

/** Resolves when the signal aborts, at once if it has; never when it does not. */
export const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
