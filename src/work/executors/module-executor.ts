// Runs each piece of work by calling a function of an ES module in this process.
import { pause, type Runtime } from '../../runtime/runtime.js';
import { Executions } from './executions.js';
import type { ExecutionContext, Executor, JsonValue } from './executor.js';
import { jsonOf } from './kept-as-json.js';
import { parseProgress } from './progress.js';
import { whenAborted } from './waiting.js';

/** Takes the request with its keys in camelCase, and `signal` and `reportProgress`; gives the result or a promise. */
export type WorkFunction = (request: Record<string, unknown>) => unknown;

export interface ModuleExecutorOptions {
  runtime: Runtime;
  /** The longest result, in bytes of JSON: a longer one fails the execution. */
  resultLimitBytes: number;
  /** Milliseconds that the function has to end after an abort; then it is left running and its outcome ignored. */
  abortGraceMs: number;
}

const camelCase = (key: string): string =>
  key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

export class ModuleExecutor implements Executor {
  private readonly executions = new Executions();

  constructor(
    private readonly work: WorkFunction,
    private readonly options: ModuleExecutorOptions,
  ) {}

  execute(request: Readonly<Record<string, JsonValue>>, context: ExecutionContext): Promise<unknown> {
    return this.executions.run(context.signal, (signal) => this.call(request, context, signal));
  }

  close(): Promise<void> {
    return this.executions.close();
  }

  private async call(
    request: Readonly<Record<string, JsonValue>>,
    context: ExecutionContext,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { runtime, abortGraceMs } = this.options;
    const over = new AbortController();
    const reportProgress = (value: unknown): void => {
      const progress = parseProgress(value);
      if (!over.signal.aborted && progress !== undefined) context.reportProgress(progress);
    };
    const entries = Object.entries(request).map(([key, value]) => [camelCase(key), value] as const);
    try {
      const { work } = this;
      const outcome = work({ ...Object.fromEntries(entries), signal, reportProgress });
      // Nothing can end a function that ignores its signal: without a limit, it would hold its place for ever.
      const patience = whenAborted(signal).then(() => pause(runtime, abortGraceMs, over.signal));
      return this.jsonValue(await Promise.race([outcome, patience]));
    } finally {
      over.abort();
    }
  }

  /** A copy of what the result is in JSON, which the function cannot change any more. */
  private jsonValue(result: unknown): unknown {
    if (result === undefined) return undefined;
    const text = jsonOf(result);
    if (Buffer.byteLength(text) > this.options.resultLimitBytes) {
      throw new Error(`The result is longer than ${this.options.resultLimitBytes} bytes of JSON.`);
    }
    return JSON.parse(text) as unknown;
  }
}
