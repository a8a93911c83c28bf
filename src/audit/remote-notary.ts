// The notary lives in a thread of its own: hashing the log never holds up a command. This is both ends of the line.
import {
  DatabaseUnavailable,
  unavailableReason,
  type UnavailableReason,
} from '../database/database-error.js';
import type { LogSignal } from '../event-store/log-signal.js';
import { UnusableEvidence } from '../proof/unusable-evidence.js';
import { Background, type Methods, type Revivers } from '../runtime/background.js';
import { pause, type Runtime } from '../runtime/runtime.js';
import type { LineKey } from './key-line.js';
import type { ConsistencyAnswer, InclusionAnswer, Notary } from './notary.js';

type Method = 'keepUp' | 'key' | 'keys' | 'checkpoint' | 'inclusion' | 'consistency' | 'proofFile';

const methods: readonly Method[] = [
  'keepUp',
  'key',
  'keys',
  'checkpoint',
  'inclusion',
  'consistency',
  'proofFile',
];

export interface NotaryOptions {
  /** Of the database. */
  url: string;
  keyFile: string;
  origin: string;
}

export interface Following {
  signal: LogSignal;
  runtime: Runtime;
  /** Called each time before it looks whether something is new, every ten seconds at least. */
  onLook: () => void;
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
  private thread: Background | undefined;
  private readonly closing = new AbortController();
  private following: Promise<void> = Promise.resolve();

  constructor(
    private readonly program: URL,
    private readonly options: NotaryOptions,
  ) {}

  key(): Promise<string> {
    return this.ask('key');
  }

  keys(): Promise<LineKey[]> {
    return this.ask('keys');
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
    await this.thread?.terminate();
    await this.following;
  }

  private async keepUp({ signal, runtime, onLook, onTrouble }: Following): Promise<void> {
    const until = this.closing.signal;
    while (!until.aborted) {
      await signal.wait(lookMs, runtime, until);
      await pause(runtime, gatherMs, until);
      try {
        onLook();
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
    // A thread that has ended is followed by another one.
    if (this.thread?.hasEnded !== false) this.thread = this.start();
    return this.thread.call<T>(method, ...parameters);
  }

  private start(): Background {
    return new Background({
      program: this.program,
      data: { work: 'notary', task: this.options },
      revivers,
    });
  }
}

const revivers: Revivers = {
  UnusableEvidence: (message) => new UnusableEvidence(message),
  DatabaseUnavailable: (message, reason) =>
    new DatabaseUnavailable(reason as UnavailableReason, new Error(message)),
};

/** A notary with what it reads. */
export interface OpenNotary {
  notary: Notary;
  close: () => Promise<void>;
}

/**
 * The thread's end.
 * @param open for the first question; and for the next one after evidence that could not be used, which may have been
 *   put right by then
 */
export function notaryMethods(open: () => Promise<OpenNotary>): Methods {
  let opened: OpenNotary | undefined;
  const ask = async (method: Method, parameters: readonly never[]): Promise<unknown> => {
    try {
      const { notary } = (opened ??= await open());
      const call = notary[method].bind(notary) as (...values: readonly never[]) => unknown;
      return await call(...parameters);
    } catch (error) {
      if (error instanceof UnusableEvidence) {
        await opened?.close();
        opened = undefined;
      }
      throw knownError(error);
    }
  };
  return Object.fromEntries(
    methods.map((method) => [method, (...parameters: never[]) => ask(method, parameters)]),
  );
}

/** What the database cannot do now, by our own word for it. */
function knownError(error: unknown): unknown {
  const reason = unavailableReason(error) ?? unavailableReason((error as Error).cause);
  if (reason === undefined || error instanceof UnusableEvidence) return error;
  return new DatabaseUnavailable(reason, error);
}
