// What the work of an attempt prints in this process becomes lines of the service's log that say whose they are: raw
// text between them would make the log unreadable for whatever reads its lines as JSON.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';

type Facts = Readonly<Record<string, string | number>>;
type Output = 'stdout' | 'stderr';

const lineCharactersMax = 8_192;

class Prints {
  private readonly begun = { stdout: '', stderr: '' };

  constructor(
    private readonly log: Logger,
    readonly facts: Facts,
  ) {}

  push(output: Output, text: string): void {
    const lines = (this.begun[output] + text).split('\n');
    this.begun[output] = lines.pop() ?? '';
    for (const line of lines) this.tell(output, line);
    if (this.begun[output].length > lineCharactersMax) this.end(output);
  }

  /** A line that was begun and not ended is one all the same. */
  end(output: Output): void {
    this.tell(output, this.begun[output]);
    this.begun[output] = '';
  }

  private tell(output: Output, line: string): void {
    const text = line.trimEnd().slice(0, lineCharactersMax);
    if (text !== '') this.log[levels[output]]({ ...this.facts, printed: output }, text);
  }
}

const levels = { stdout: 'info', stderr: 'warn' } as const;

const underWay = new AsyncLocalStorage<Prints>();

/** Of the attempt whose work is calling; nothing outside of any. */
export const factsOfCaller = (): Facts => underWay.getStore()?.facts ?? {};

/** Runs work whose prints say so. What it prints is told of it also when it prints later. */
export async function printing<T>(log: Logger, facts: Facts, work: () => Promise<T>): Promise<T> {
  const prints = new Prints(log, facts);
  try {
    return await underWay.run(prints, work);
  } finally {
    prints.end('stdout');
    prints.end('stderr');
  }
}

/**
 * From now on, whatever is printed through `console`, `process.stdout` or `process.stderr` by work is a line of the log,
 * and so is whatever else is printed on standard output. The log itself must not be written through them.
 */
export function divertPrints(log: Logger): void {
  const others = new Prints(log, {});
  divert(process.stdout, 'stdout', others);
  divert(process.stderr, 'stderr', undefined);
}

type Write = (chunk: string | Uint8Array, ...more: unknown[]) => boolean;

function divert(stream: NodeJS.WriteStream, output: Output, others: Prints | undefined): void {
  const write = stream.write.bind(stream) as Write;
  const diverted: Write = (chunk, ...more) => {
    const prints = underWay.getStore() ?? others;
    if (prints === undefined) return write(chunk, ...more);
    prints.push(output, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const done = more.find((each) => typeof each === 'function');
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  stream.write = diverted;
}
