// The same session as a program: a request on standard input, its result on standard output.
import { text } from 'node:stream/consumers';
import { runTradingSession } from './session.js';

/** @typedef {{ job_id: string, date: string, model: string, attempt: number, config_path: string }} Request */

try {
  /** @type {unknown} */
  const input = JSON.parse(await text(process.stdin));
  const request = /** @type {Request} */ (input);
  const result = await runTradingSession({
    jobId: request.job_id,
    date: request.date,
    model: request.model,
    attempt: request.attempt,
    configPath: request.config_path,
    // Nobody aborts a program this way: SIGTERM ends it, and an unfinished session records nothing.
    signal: new AbortController().signal,
    // Standard output is for the result and standard error for the failure.
    reportProgress: () => undefined,
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // EX_DATAERR of sysexits.h tells Daybook that another attempt would be in vain.
  const isFinal = error instanceof Error && 'retryable' in error && error.retryable === false;
  process.exitCode = isFinal ? 65 : 1;
}
