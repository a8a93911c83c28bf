// The notary lives in a thread of its own: hashing the log never holds up a command. This is both ends of the line.
import { Worker, type MessagePort } from 'node:worker_threads';
import { isRefused } from '../event-store/refusal.js';
import type { ConsistencyAnswer, InclusionAnswer, Notary } from './notary.js';
import { NotaryRefusal } from './notary-refusal.js';

type Method = 'key' | 'checkpoint' | 'inclusion' | 'consistency' | 'proofFile';

interface Question {
  id: number;
  method: Method;
  parameters: readonly (number | undefined)[];
}

interface Told {
  id: number;
  value?: unknown;
  error?: {
    message: string;
    refusal?: { kind: NotaryRefusal['kind']; code: string; facts: NotaryRefusal['facts'] };
  };
}

export interface NotaryOptions {
  databasePath: string;
  keyFile: string;
  origin: string;
}

interface Asking {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/** Asks the notary in its thread, which starts with the first question. */
export class RemoteNotary {
  private worker: Worker | undefined;
  private readonly asking = new Map<number, Asking>();
  private asked = 0;

  constructor(
    private readonly thread: URL,
    private readonly options: NotaryOptions,
  ) {}

  key(): Promise<string> {
    return this.ask('key');
  }

  checkpoint(): Promise<string> {
    return this.ask('checkpoint');
  }

  inclusion(position: number, size?: number): Promise<InclusionAnswer> {
    return this.ask('inclusion', position, size);
  }

  consistency(from: number, to?: number): Promise<ConsistencyAnswer> {
    return this.ask('consistency', from, to);
  }

  proofFile(position: number): Promise<string> {
    return this.ask('proofFile', position);
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private ask<T>(method: Method, ...parameters: readonly (number | undefined)[]): Promise<T> {
    const worker = (this.worker ??= this.start());
    this.asked += 1;
    const id = this.asked;
    return new Promise<T>((resolve, reject) => {
      this.asking.set(id, { resolve, reject });
      worker.postMessage({ id, method, parameters } satisfies Question);
    });
  }

  private start(): Worker {
    const worker = new Worker(this.thread, { workerData: this.options });
    worker.on('message', ({ id, value, error }: Told) => {
      const asking = this.asking.get(id);
      this.asking.delete(id);
      if (error === undefined) asking?.resolve(value as never);
      else asking?.reject(errorOf(error));
    });
    const onEnd = (cause?: unknown): void => {
      this.worker = undefined;
      for (const { reject } of this.asking.values()) reject(new Error('the notary has stopped', { cause }));
      this.asking.clear();
    };
    worker.on('error', onEnd);
    worker.on('exit', onEnd);
    return worker;
  }
}

const errorOf = ({ message, refusal }: NonNullable<Told['error']>): Error =>
  refusal === undefined
    ? new Error(message)
    : new NotaryRefusal(refusal.kind, refusal.code, message, refusal.facts);

/** The thread's end: answers one question after the other. */
export function answerAsNotary(port: MessagePort, notary: Notary): void {
  let latest = Promise.resolve();
  port.on('message', ({ id, method, parameters }: Question) => {
    latest = latest.then(async () => {
      port.postMessage(await answerOf(notary, id, method, parameters));
    });
  });
}

async function answerOf(
  notary: Notary,
  id: number,
  method: Method,
  parameters: Question['parameters'],
): Promise<Told> {
  try {
    const call = notary[method].bind(notary) as (...values: Question['parameters']) => unknown;
    return { id, value: await call(...parameters) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!isRefused(error) || error.kind === 'stale') return { id, error: { message } };
    return { id, error: { message, refusal: { kind: error.kind, code: error.code, facts: error.facts } } };
  }
}
