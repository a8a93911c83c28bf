// Runs a service as a process: from its settings to its end by a signal.
import { once } from 'node:events';
import type { Logger } from 'pino';
import { readSettings, type Settings } from './config.js';
import { environmentWithFile, UnusableSettings, type Environment } from './environment.js';
import { DatabaseUnavailable } from './database/database-error.js';
import { DatabaseInUse } from './database/service-lock.js';
import { UnusableDatabase } from './database/unusable-database.js';
import { interruption, type Interruption } from './runtime/interruption.js';
import { systemRuntime } from './runtime/runtime.js';
import { openLog, startService } from './service.js';
import { findExecutor } from './work/executors/find-executor.js';
import { divertPrints, factsOfCaller } from './work/prints.js';
import { UnusableExecutor } from './work/executors/unusable-executor.js';

/** Errors that are the starter's to mend: the message says how, and a stack would only hide it. */
const expected = [UnusableSettings, UnusableExecutor, UnusableDatabase, DatabaseInUse, DatabaseUnavailable];

/** How long a stop may take, beyond what runs, after an error that may have broken it, in milliseconds. */
const brokenStopMs = 10_000;

/**
 * Ends the process: with 0 after a clean stop, also one during the start, with 2 when it could not start or stop, with 1
 * when there was an error that nobody caught.
 * @param stopping listens from the first moment: work may be running before the start is over
 */
export async function serve(
  environment: NodeJS.ProcessEnv,
  stopping: Interruption = interruption(),
): Promise<never> {
  const fault = new AbortController();
  const signal = AbortSignal.any([stopping.signal, fault.signal]);
  try {
    const settings = await usableSettings(environmentWithFile(environment));
    const log = openLog(settings);
    divertPrints(log);
    stopAtUncaught(log, fault, settings.SHUTDOWN_GRACE_MS + brokenStopMs);
    const service = await startService(settings, systemRuntime, { log, signal });
    if (!signal.aborted) await once(signal, 'abort');
    await service.stop();
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) {
      process.stderr.write(`${messageFor(error)}\n`);
      process.exit(2);
    }
  }
  // Not when nothing is left to do: a module executor may have left a timer running, or a function that never returns.
  process.exit(fault.signal.aborted ? 1 : 0);
}

/** An error that nobody caught may come from anywhere, a module executor say: it is told, and the service stops. */
function stopAtUncaught(log: Logger, fault: AbortController, limitMs: number): void {
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ ...factsOfCaller(), origin, err: error }, 'nobody caught an error: the service stops');
    if (fault.signal.aborted) return;
    systemRuntime.after(limitMs, () => process.exit(1));
    fault.abort();
  });
}

/** Among all that is wrong is also an executor that is not there. @throws UnusableSettings */
async function usableSettings(environment: Environment): Promise<Settings> {
  const { EXECUTOR: executor, PATH: searchPath = '' } = environment;
  if (executor === undefined || executor === '') return readSettings(environment);
  try {
    await findExecutor(executor, searchPath);
  } catch (error) {
    if (!(error instanceof UnusableExecutor)) throw error;
    return readSettings(environment, { EXECUTOR: error.message });
  }
  return readSettings(environment);
}

function messageFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (expected.some((known) => error instanceof known)) return error.message;
  if ('syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')) {
    return `Cannot listen: ${error.message}. Choose another HOST or PORT (0 takes a free one).`;
  }
  return error.stack ?? error.message;
}
