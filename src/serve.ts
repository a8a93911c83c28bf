// Runs a service as a process: from its settings to its end by a signal.
import { environmentWithFile, readSettings, UnusableSettings } from './config.js';
import { DatabaseUnavailable } from './database/database-error.js';
import { DatabaseInUse } from './database/service-lock.js';
import { UnusableDatabase } from './database/unusable-database.js';
import { systemRuntime } from './runtime/runtime.js';
import { startService } from './service.js';
import { UnusableExecutor } from './worker/executors/unusable-executor.js';

/** Errors that are the starter's to mend: the message says how, and a stack would only hide it. */
const expected = [UnusableSettings, UnusableExecutor, UnusableDatabase, DatabaseInUse, DatabaseUnavailable];

/** Sets the exit code: 0 after a clean stop, 1 when it could not start or stop. */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  // From the first moment: work may be running before the start is over.
  const stopped = firstSignal();
  try {
    const service = await startService(readSettings(environmentWithFile(environment)), systemRuntime);
    await stopped;
    await service.stop();
  } catch (error) {
    process.stderr.write(`${messageFor(error)}\n`);
    process.exit(1);
  }
}

/** Resolves when the process is asked to stop; whoever asks twice does not want to wait. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const stop = (): void => {
      if (isStopping) process.exit(130);
      isStopping = true;
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

function messageFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (expected.some((known) => error instanceof known)) return error.message;
  if ('syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')) {
    return `Cannot listen: ${error.message}. Choose another HOST or PORT (0 takes a free one).`;
  }
  return error.stack ?? error.message;
}
