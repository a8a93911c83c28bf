// What a command is handed of the world: where it prints, what the environment says, how it is interrupted. A command
// touches nothing of its process, so that any number of them can run in one.
import { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { Interruption } from '../runtime/interruption.js';
import { systemRuntime } from '../runtime/runtime.js';
import { barOf, LiveLines, type Colour, type Output, type Room } from './terminal.js';

export interface Surroundings {
  out: Output;
  err: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** Listens for Ctrl-C from now on. */
  interruption(): Interruption;
}

/** Nobody wants to wait for the end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** At least between two drawings, in milliseconds. */
const drawMs = 100;

export class Shell {
  /** 0 done, 1 the answer is no, 2 it could not be done, 130 interrupted. */
  status = 0;

  constructor(private readonly surroundings: Surroundings) {}

  get out(): Output {
    return this.surroundings.out;
  }

  get env(): Surroundings['env'] {
    return this.surroundings.env;
  }

  /** A line of the answer. */
  print(line: string): void {
    this.out.write(`${line}\n`);
  }

  /** A line beside the answer: a warning, a reason. */
  tell(line: string): void {
    this.complain(`${line}\n`);
  }

  readonly complain = (lines: string): void => {
    this.surroundings.err.write(lines);
  };

  /** How many lines and columns there are to print on. */
  get room(): Room {
    return { columns: this.out.columns || 80, rows: this.out.rows || 24 };
  }

  /** Coloured where it will be seen: on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise. */
  readonly paint = (colour: Colour, text: string, output: Output = this.out): string => {
    const isSeen = output.isTTY === true || this.env['FORCE_COLOR'] !== undefined;
    const depth = isSeen ? WriteStream.prototype.getColorDepth({ ...this.env }) : 1;
    return depth > 2 ? styleText(colour, text, { validateStream: false }) : text;
  };

  interruption(): Interruption {
    return this.surroundings.interruption();
  }

  /**
   * Does what hears Ctrl-C and cleans up after itself.
   * @throws Interrupted
   */
  async interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal, done } = this.interruption();
    try {
      return await work(signal);
    } catch (error) {
      throw signal.aborted ? new Interrupted() : error;
    } finally {
      done();
    }
  }

  /**
   * A bar for long work, on standard error, so that what is printed can be piped; nothing where there is no terminal.
   * It ends by itself when `done` reaches `total`. A total of 0 means that nobody knows it yet.
   */
  progressBar(what: string): (done: number, total: number) => void {
    const { err } = this.surroundings;
    if (err.isTTY !== true) return () => undefined;
    let lines: LiveLines | undefined;
    let drawnMs = -Infinity;
    let isOver = false;
    return (done, total) => {
      const now = systemRuntime.nowMs();
      if (isOver || total === 0 || (done < total && now - drawnMs < drawMs)) return;
      lines ??= new LiveLines(err);
      drawnMs = now;
      const counts = ` ${done}/${total} ${what}`;
      const bar = barOf(done, total, Math.max(10, Math.min(40, lines.room.columns - counts.length)));
      lines.draw([`${this.paint('green', bar, err)}${counts}`]);
      isOver = done >= total;
      if (isOver) lines.close();
    };
  }
}

/** Resolves as `work` does, unless `signal` aborts first: for what goes on without disturbing anybody. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new Interrupted());
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
