// An executor that acts out the names of its models, and leaves a mark of all that it does: in this process or in
// another one, and also when that is killed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workplace } from '../support/workplace.js';
import { until } from '../support/until.js';

export interface Mark {
  what: 'starts' | 'ends' | 'fails' | 'is aborted';
  date: string;
  model: string;
  attempt: number;
}

/** The first word of a model's name says what its work does; the rest tells it from others. */
const source = (folder: string): string => `
  import { appendFileSync, existsSync } from 'node:fs';
  import { setTimeout as pause } from 'node:timers/promises';

  const isReleased = (name) => existsSync(${JSON.stringify(folder)} + '/' + encodeURIComponent(name));

  export async function runTradingSession({ date, model, attempt, configPath, signal, reportProgress }) {
    const mark = (what) => {
      appendFileSync(${JSON.stringify(join(folder, 'marks'))}, JSON.stringify({ what, date, model, attempt }) + '\\n');
    };
    const aborted = new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        mark('is aborted');
        reject(signal.reason);
      });
    });
    aborted.catch(() => undefined);
    const fail = () => {
      mark('fails');
      throw new Error(model + ' as told');
    };
    mark('starts');
    switch (model.split(' ')[0]) {
      case 'OK':
        break;
      case 'SLOW':
        await Promise.race([aborted, pause(Math.random() * 20)]);
        break;
      case 'FAIL':
        return fail();
      case 'FLAKY':
        if (attempt < 3) return fail();
        break;
      case 'HOLD':
        while (!isReleased(model) && !isReleased(date + ' ' + model)) await Promise.race([aborted, pause(5)]);
        break;
      case 'HANG':
        await aborted;
        break;
      case 'HANG-ONCE':
        if (attempt === 1) await aborted;
        break;
      case 'PROGRESS':
        reportProgress({ percent: 40, message: 'reading prices' });
        while (!isReleased(model)) await Promise.race([aborted, pause(5)]);
        break;
      case 'GARBLED':
        throw new Error('half of \\ud83d');
      case 'LARGE':
        return 'x'.repeat(1_000);
      case 'HOLD-HUGE':
        while (!isReleased(model)) await Promise.race([aborted, pause(5)]);
        mark('ends');
        return 'x'.repeat(100_000);
      case 'KILL':
        process.kill(process.pid, 'SIGKILL');
        await aborted;
        break;
      default:
        throw new Error('There is no script for ' + model);
    }
    mark('ends');
    return { date, model, attempt };
  }
`;

let count = 0;

export class ScriptedExecutor {
  /** For EXECUTOR. */
  readonly setting: string;
  private readonly folder: string;

  constructor(place: Workplace) {
    count += 1;
    this.folder = place.path(`script-${count}`);
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, 'marks'), '');
    this.setting = `module:${place.write(`script-${count}/executor.mjs`, source(this.folder))}`;
  }

  /** Everything that was done so far, in order. */
  marks(): Mark[] {
    const lines = readFileSync(join(this.folder, 'marks'), 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Mark);
  }

  /** The marks as sentences, like `2025-01-16 OK a starts 1`. */
  story(): string[] {
    return this.marks().map(({ what, date, model, attempt }) => `${date} ${model} ${what} ${attempt}`);
  }

  /** Resolves when as many marks as asked for fit. */
  async seen(wanted: Partial<Mark>, times = 1): Promise<void> {
    const fits = (mark: Mark): boolean =>
      Object.entries(wanted).every(([name, value]) => mark[name as keyof Mark] === value);
    const look = (): boolean => this.marks().filter(fits).length >= times;
    await until(`${JSON.stringify(wanted)} ${times} times`, look).catch((error: unknown) => {
      throw new Error(`${String(error)}; seen were: ${this.story().join(', ')}`);
    });
  }

  /** Lets work that holds go on: of a model (`HOLD a`) or of one model-day (`2025-01-16 HOLD a`). */
  release(name: string): void {
    writeFileSync(join(this.folder, encodeURIComponent(name)), '');
  }
}
