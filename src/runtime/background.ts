// Threads for work in the background: they stay small, have the processor when nobody else wants it, and answer calls.
import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { Worker, type MessagePort } from 'node:worker_threads';
import { isRefusal, Refusal } from './refusal.js';

/**
 * In MB. What such work leaves behind is garbage at once: with the young generation of the service, or with an old one
 * of gigabytes, V8 would let it lie for long. The largest job takes some hundred.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 512 };

/** As `nice -n 10`: about a tenth of the processor when a thread of normal priority wants all of it. */
const niceness = 10;

/**
 * Lowers the priority of the calling thread, for good. On Linux a thread has one of its own (setpriority(2), "C library/
 * kernel differences"); elsewhere nothing changes.
 */
export function giveWay(): void {
  try {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/');
    setPriority(Number(thread), getPriority() + niceness);
  } catch {
    // Without it, background work is only less polite.
  }
}

interface Call {
  id: number;
  method: string;
  parameters: readonly unknown[];
}

/** An error on its way between threads. */
interface SentError {
  name: string;
  message: string;
  /** Of a refusal. */
  refusal?: Pick<Refusal, 'kind' | 'code' | 'facts'>;
  /** The word by which `DatabaseUnavailable` and its like tell why. */
  reason?: string | undefined;
}

type Told = { id: number; value: unknown } | { id: number; error: SentError } | { progress: unknown };

/** Makes an error of a class that crosses threads again what it was, by its name. */
export type Revivers = Readonly<Record<string, (message: string, reason: string) => Error>>;

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/** What the calls of a thread are: each resolves with what it is answered. */
export type Methods = Readonly<Record<string, (...parameters: never[]) => unknown>>;

export interface BackgroundOptions {
  /** The program of the thread; it is handed `data`, and answers calls by `answerCalls`. */
  program: URL;
  data: unknown;
  revivers?: Revivers;
  /** Told of what the thread tells without being asked. */
  onProgress?: (progress: never) => void;
}

export class Background {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly exited: Promise<void>;
  private calls = 0;
  /** Why it answers no more. */
  private end: Error | undefined;

  constructor(private readonly options: BackgroundOptions) {
    const { program, data: workerData } = options;
    this.worker = new Worker(program, { workerData, resourceLimits });
    this.worker.on('message', (told: Told) => {
      this.hear(told);
    });
    this.worker.on('error', (error) => {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    });
    this.exited = new Promise((resolve) => {
      this.worker.on('exit', (code) => {
        this.fail(new Error(`the thread has ended, with exit code ${code}`));
        resolve();
      });
    });
  }

  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  /** @throws what the method throws; an Error when the thread ends before it answers */
  call<T>(method: string, ...parameters: readonly unknown[]): Promise<T> {
    if (this.end !== undefined) return Promise.reject(this.end);
    this.calls += 1;
    const id = this.calls;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, method, parameters } satisfies Call);
    });
  }

  /** Asks it to end by itself, so that its connections are closed and give back their memory; calls are answered no more. */
  async close(): Promise<void> {
    this.fail(new Error('the thread was stopped'));
    this.worker.postMessage({ id: 0, method: 'close', parameters: [] } satisfies Call);
    await this.exited;
  }

  /** Ends it at once, whatever it does. */
  async terminate(): Promise<void> {
    this.fail(new Error('the thread was stopped'));
    await this.worker.terminate();
  }

  private hear(told: Told): void {
    if ('progress' in told) {
      this.options.onProgress?.(told.progress as never);
      return;
    }
    const waiting = this.waiting.get(told.id);
    this.waiting.delete(told.id);
    if ('value' in told) waiting?.resolve(told.value as never);
    else waiting?.reject(this.revived(told.error));
  }

  private revived({ name, message, refusal, reason = '' }: SentError): Error {
    if (refusal !== undefined) return new Refusal(refusal.kind, refusal.code, message, refusal.facts);
    return this.options.revivers?.[name]?.(message, reason) ?? new Error(message);
  }

  private fail(error: Error): void {
    this.end ??= error;
    for (const { reject } of this.waiting.values()) reject(this.end);
    this.waiting.clear();
  }
}

/**
 * The thread's end of the line: answers calls in their order, each when the one before is answered, unless its name is
 * among `atOnce`. The method `close` ends the thread.
 */
export function answerCalls(port: MessagePort, methods: Methods, atOnce: readonly string[] = []): void {
  const answerOf = async ({ id, method, parameters }: Call): Promise<Told> => {
    try {
      return { id, value: await methods[method]?.(...(parameters as never[])) };
    } catch (error) {
      return { id, error: sent(error) };
    }
  };
  let latest: Promise<unknown> = Promise.resolve();
  port.on('message', (call: Call) => {
    const answer = async (): Promise<void> => {
      const told = await answerOf(call);
      port.postMessage(told);
      if (call.method === 'close') port.close();
    };
    if (atOnce.includes(call.method)) answer().catch(port.close.bind(port));
    else latest = latest.then(answer);
  });
}

/** Tells the caller how far it is. */
export const tellProgress = (port: MessagePort, progress: unknown): void => {
  port.postMessage({ progress } satisfies Told);
};

function sent(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  if (isRefusal(error)) {
    const { kind, code, facts } = error;
    return { name, message, refusal: { kind, code, facts } };
  }
  return { name, message, reason: 'reason' in error ? String(error.reason) : undefined };
}
