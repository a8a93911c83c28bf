// Reads what a program prints, however much: keeps one line, the last, and passes reports of progress on.
import type { Progress } from './executor.js';
import { valueOfLine } from './kept-as-json.js';
import { parseProgress } from './progress.js';

const newline = 0x0a;
const tooLong = Symbol('a line over the limit');

// Most lines are noise: only one that begins like a report of progress is worth parsing.
const beginsLikeProgress = /^\{\s*"progress"/;

const progressIn = (line: string): { progress: unknown } | undefined => {
  if (!beginsLikeProgress.test(line)) return undefined;
  try {
    const value = JSON.parse(line) as { progress: unknown };
    return Object.keys(value).length === 1 ? value : undefined;
  } catch {
    return undefined;
  }
};

export class StandardOutput {
  private pieces: Buffer[] = [];
  private lengthBytes = 0;
  private lastLine: Buffer | typeof tooLong | undefined;

  constructor(
    private readonly resultLimitBytes: number,
    private readonly reportProgress: (progress: Progress) => void,
  ) {}

  /** Lines are cut in bytes and decoded whole, so a character that two chunks share stays one character. */
  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.extendLine(chunk.subarray(start, end));
      this.endLine();
      start = end + 1;
    }
    this.extendLine(chunk.subarray(start));
  }

  /**
   * After the last chunk: the JSON value on the last line that is neither empty nor a report of progress;
   * undefined when there is none. Throws when that line is over the limit, is not JSON, or cannot be kept.
   */
  result(): unknown {
    this.endLine();
    if (this.lastLine === undefined) return undefined;
    if (this.lastLine === tooLong) {
      throw new Error(`The last line of standard output is longer than ${this.resultLimitBytes} bytes.`);
    }
    return valueOfLine(this.lastLine);
  }

  private extendLine(piece: Buffer): void {
    this.lengthBytes += piece.length;
    if (this.lengthBytes > this.resultLimitBytes) this.pieces = [];
    else if (piece.length > 0) this.pieces.push(piece);
  }

  private endLine(): void {
    const line = this.lengthBytes > this.resultLimitBytes ? tooLong : Buffer.concat(this.pieces);
    this.pieces = [];
    this.lengthBytes = 0;
    const text = line === tooLong ? undefined : line.toString().trim();
    if (text === '') return;
    const report = text === undefined ? undefined : progressIn(text);
    if (report === undefined) {
      this.lastLine = line;
      return;
    }
    const progress = parseProgress(report.progress);
    if (progress !== undefined) this.reportProgress(progress);
  }
}
