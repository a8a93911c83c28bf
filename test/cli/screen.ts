// A terminal as far as Daybook draws on one: a stream, and what can be seen after all that was written.
import { Writable } from 'node:stream';

export class Screen extends Writable {
  readonly isTTY = true;
  written = '';

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    super({ decodeStrings: false });
  }

  /** What can be seen, without colours. Nothing scrolls: what is drawn is smaller than the screen. */
  get lines(): string[] {
    const lines: string[] = [''];
    let [row, column] = [0, 0];
    for (const [token, count, command] of this.written.matchAll(
      /\u001b\[\??(\d*)([A-Za-z])|[\r\n]|[^\u001b\r\n]+/g,
    )) {
      const line = (lines[row] ??= '');
      if (token === '\n') [row, column] = [row + 1, 0];
      else if (token === '\r') column = 0;
      else if (command === undefined) {
        lines[row] = line.slice(0, column) + token + line.slice(column + token.length);
        column += token.length;
      } else if (command === 'A') row -= Number(count);
      else if (command === 'H') [row, column] = [0, 0];
      else if (command === 'K' || command === 'J') lines[row] = line.slice(0, column);
      if (command === 'J') lines.splice(row + 1);
    }
    return lines.slice(0, row);
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk;
    done();
  }
}
