// What a terminal can and a pipe cannot: colours, and lines that are drawn again in place.

export type Colour = 'green' | 'red' | 'yellow' | 'gray';

/** Colours a text, or leaves it as it is; its width does not change. */
export type Paint = (colour: Colour, text: string) => string;

/** Where a command writes: a terminal, or anything else. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Room {
  columns: number;
  rows: number;
}

/** What others wrote (a model's name, an error of an executor) must not steer the terminal. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ');

/** What takes two columns (East Asian wide characters, emoji), and what takes none (marks on the one before). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
const empty = /[\p{Mn}\p{Cf}]/u;

/** How many columns a text takes, near enough for a name in a table. */
export const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, one) => sum + (wide.test(one) ? 2 : empty.test(one) ? 0 : 1), 0);

/** Cut to so many columns, with a sign that something is missing. */
export function cut(text: string, columns: number): string {
  let [kept, width] = ['', 0];
  for (const one of text) {
    width += widthOf(one);
    if (width > columns) return `${kept}…`;
    // The sign needs a column too, if there is more to come.
    if (width < columns) kept += one;
  }
  return text;
}

/** Padded by columns, where `padEnd` counts half of an emoji as one. */
export const padded = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

/** Like `1 job` or `2 jobs`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const barOf = (done: number, total: number, width: number): string => {
  const filled = total === 0 ? width : Math.floor((width * Math.min(done, total)) / total);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
};

/** Like `45s`, `12m 05s` or `3h 07m 12s`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours}h ${two(minutes)}m ${two(whole % 60)}s`;
  return minutes > 0 ? `${minutes}m ${two(whole % 60)}s` : `${whole}s`;
}

const escape = '\u001b[';
const hideCursor = `${escape}?25l`;
const showCursor = `${escape}?25h`;
/** A line that is too long after all is cut by the terminal; broken in two, it would spoil the next drawing. */
const wrapOff = `${escape}?7l`;
const wrapOn = `${escape}?7h`;
const clearAll = `${escape}2J${escape}H`;

/** Lines on a terminal that are drawn over again. Whatever ends the process, the terminal is left as it was. */
export class LiveLines {
  private drawn = 0;
  private isOpen = true;
  private resized = false;

  constructor(private readonly stream: Output) {
    stream.write(hideCursor + wrapOff);
    stream.on('resize', this.onResize);
    // Whoever draws hears Ctrl-C; a second one ends the process at once.
    process.on('exit', this.close);
  }

  /** How many lines and columns there is room for. */
  get room(): Room {
    return { columns: this.stream.columns || 80, rows: (this.stream.rows || 24) - 1 };
  }

  draw(lines: readonly string[]): void {
    if (!this.isOpen) return;
    const up = this.drawn > 0 ? `${escape}${this.drawn}A` : '';
    const start = this.resized ? clearAll : `\r${up}`;
    this.stream.write(`${start}${lines.map((line) => `${line}${escape}K\n`).join('')}${escape}J`);
    this.drawn = lines.length;
    this.resized = false;
  }

  readonly close = (): void => {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.stream.off('resize', this.onResize);
    process.off('exit', this.close);
    this.stream.write(wrapOn + showCursor);
  };

  private readonly onResize = (): void => {
    this.resized = true;
  };
}
