// A job with all its model-days as JSON text, in pieces: one of 100,000 is never in memory as a whole.
import { Readable } from 'node:stream';
import type { JobText } from './views.js';

/** JSON texts of details, page by page, separated by commas. */
export interface DetailPages {
  /** Undefined after the last one. */
  next(): Promise<string | undefined>;
  /** Lets go of what it holds. Calling it twice does no harm. */
  end(): void;
}

export class WholeJob extends Readable {
  private before: string | undefined;
  private readonly after: string;
  private isFirst = true;
  private isOver = false;

  constructor(
    { before, after }: JobText,
    private readonly pages: DetailPages,
  ) {
    super({ objectMode: true, highWaterMark: 1 });
    this.before = `${before},"details":[`;
    this.after = `]${after}`;
  }

  override _read(): void {
    this.next().then(
      (piece) => this.push(piece),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  /** Also of one that was never read. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.pages.end();
    done(error);
  }

  private async next(): Promise<string | null> {
    if (this.isOver) return null;
    const { before } = this;
    // The lists of a job may be long: they are kept no longer than they must be.
    this.before = undefined;
    if (before !== undefined) return before;
    const page = await this.pages.next();
    if (page === undefined) {
      this.isOver = true;
      return this.after;
    }
    const separator = this.isFirst ? '' : ',';
    this.isFirst = false;
    return separator + page;
  }
}
