// The notary lives in a thread of its own: hashing the log never holds up a command. This is both ends of the line.
import type { MessagePort, Worker } from 'node:worker_threads';
import {
  DatabaseUnavailable,
  unavailableReason,
  type UnavailableReason,
} from '../database/database-error.js';
import type { LogSignal } from '../event-store/log-signal.js';
import { isRefusal } from '../runtime/refusal.js';
import { startInBackground } from '../runtime/background.js';
import { pause, type Runtime } from '../runtime/runtime.js';
import type { ConsistencyAnswer, InclusionAnswer, Notary } from './notary.js';
import { Refusal } from '../runtime/refusal.js';
import { UnusableEvidence } from '../proof/unusable-evidence.js';

type Method = 'keepUp' | 'key' | 'checkpoint' | 'inclusion' | 'consistency' | 'proofFile';

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
    refusal?: { kind: Refusal['kind']; code: string; facts: Refusal['facts'] };
    isUnusable?: boolean;
    unavailable?: UnavailableReason | undefined;
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

export interface Following {
  signal: LogSignal;
  runtime: Runtime;
  onTrouble: (error: unknown) => void;
}

/** How long what is new is gathered before it is added to the tree, in milliseconds. */
const gatherMs = 1_000;
/** The thread rests between two parts of a long way, for whoever needs the processor more. */
const restMs = 50;
/** How long it trusts the signal, which may be missed. */
const lookMs = 10_000;
/** How long it waits after a trouble that will hardly be over at once. */
const troubleMs = 60_000;

/** Asks the notary in its thread, which starts with the first question, or when it follows the log. */
export class RemoteNotary {
  private worker: Worker | undefined;
  private readonly asking = new Map<number, Asking>();
  private asked = 0;
  private readonly closing = new AbortController();
  private following: Promise<void> = Promise.resolve();

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

  /** Keeps the tree up to date behind the writers, so that the first question after a million events is no long one. */
  follow(following: Following): void {
    this.following = this.keepUp(following);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.worker?.terminate();
    await this.following;
  }

  private async keepUp({ signal, runtime, onTrouble }: Following): Promise<void> {
    const until = this.closing.signal;
    while (!until.aborted) {
      await signal.wait(lookMs, runtime, until);
      await pause(runtime, gatherMs, until);
      try {
        while (await this.addPart()) await pause(runtime, restMs, until);
      } catch (error) {
        onTrouble(error);
        await pause(runtime, troubleMs, until);
      }
    }
  }

  /** Tells whether something is left. */
  private async addPart(): Promise<boolean> {
    const { signal } = this.closing;
    if (signal.aborted) return false;
    return this.ask<boolean>('keepUp').catch((error: unknown) => {
      // A thread that was told to stop answers no more.
      if (signal.aborted) return false;
      throw error;
    });
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
    const worker = startInBackground(this.thread, this.options);
    worker.on('message', ({ id, value, error }: Told) => {
      const asking = this.asking.get(id);
      this.asking.delete(id);
      if (error === undefined) asking?.resolve(value as never);
      else asking?.reject(errorOf(error));
    });
    const onEnd = (cause?: unknown): void => {
      // After an error comes the exit, and another thread may be at work by then.
      if (this.worker !== worker) return;
      this.worker = undefined;
      for (const { reject } of this.asking.values()) reject(new Error('the notary has stopped', { cause }));
      this.asking.clear();
    };
    worker.on('error', onEnd);
    worker.on('exit', onEnd);
    return worker;
  }
}

function errorOf({ message, refusal, isUnusable, unavailable }: NonNullable<Told['error']>): Error {
  if (refusal !== undefined) return new Refusal(refusal.kind, refusal.code, message, refusal.facts);
  if (isUnusable === true) return new UnusableEvidence(message);
  const error = new Error(message);
  return unavailable === undefined ? error : new DatabaseUnavailable(unavailable, error);
}

/** A notary with what it reads. */
export interface OpenNotary {
  notary: Notary;
  close: () => void;
}

/**
 * The thread's end: answers one question after the other.
 * @param open for the first question; and for the next one after evidence that could not be used, which may have been
 *   put right by then
 */
export function answerAsNotary(port: MessagePort, open: () => OpenNotary): void {
  let opened: OpenNotary | undefined;
  const answerOf = async ({ id, method, parameters }: Question): Promise<Told> => {
    try {
      const { notary } = (opened ??= open());
      const call = notary[method].bind(notary) as (...values: Question['parameters']) => unknown;
      return { id, value: await call(...parameters) };
    } catch (error) {
      if (error instanceof UnusableEvidence) {
        opened?.close();
        opened = undefined;
      }
      return { id, error: toldOf(error) };
    }
  };
  let latest = Promise.resolve();
  port.on('message', (question: Question) => {
    latest = latest.then(async () => {
      port.postMessage(await answerOf(question));
    });
  });
}

function toldOf(error: unknown): NonNullable<Told['error']> {
  const message = error instanceof Error ? error.message : String(error);
  if (isRefusal(error))
    return { message, refusal: { kind: error.kind, code: error.code, facts: error.facts } };
  return {
    message,
    isUnusable: error instanceof UnusableEvidence,
    unavailable: unavailableReason(error) ?? unavailableReason((error as Error).cause),
  };
}
