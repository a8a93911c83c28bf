// What the worker asks of an executor: to run one piece of work, whatever that is, and to end it when told.

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface Progress {
  /** From 0 to 100. */
  percent: number;
  message?: string | undefined;
}

export interface ExecutionContext {
  /** Aborts for a time-out, a cancellation or a shutdown; the message of its reason is what `execute` rejects with. */
  signal: AbortSignal;
  /** Called while the execution runs, as often as the work reports; must not throw. */
  reportProgress(progress: Progress): void;
}

/** Whether the work says of its own error that trying again would be in vain: `retryable: false`. */
export const isFinal = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === false;

/** Whether nobody is to blame but the machine, which has no room for another process or file now. */
export function isOutOfResources(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException;
  if (code === 'EMFILE' || code === 'ENFILE') return true;
  if (syscall.startsWith('spawn')) return code === 'EAGAIN' || code === 'ENOMEM';
  return error.cause !== undefined && error.cause !== error && isOutOfResources(error.cause);
}

export interface Executor {
  /**
   * Runs one piece of work. Resolves with a JSON value, or undefined when there is no result; rejects with an
   * Error whose message says why, and which has `retryable: false` when another attempt would be in vain. When the signal aborts, it ends as soon as it can and rejects.
   */
  execute(request: Readonly<Record<string, JsonValue>>, context: ExecutionContext): Promise<unknown>;
  /** Ends whatever still runs, first gently. Resolves when nothing runs; what comes later is refused. */
  close(): Promise<void>;
}
