// The book on disk: what it answers, and what a crash or another process may leave behind.
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { bookFile } from '../../examples/trading-session/book-file.js';
import { openBook } from '../../examples/trading-session/book.js';
import { linesOf, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const entry = (date: string, cash = 1) => ({ date, cash, position: 0, value: cash, job_id: 'job-1' });

let booksOpened = 0;
function freshBook() {
  booksOpened += 1;
  const model = `model-${booksOpened}`;
  return { book: openBook(folder, model), path: bookFile(folder, model) };
}

/** What a book must answer, by reading the whole file with no memory at all. */
function readPlainly(path: string, before: string): number | undefined {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  const days = new Map<string, number>();
  for (const line of lines) {
    try {
      const { date, cash } = JSON.parse(line) as { date: string; cash: number };
      days.set(date, cash);
    } catch {
      // Not a line of a whole day.
    }
  }
  const [latest = ''] = [...days.keys()].filter((date) => date < before).sort((a, b) => (a < b ? 1 : -1));
  return days.get(latest);
}

describe('a book', () => {
  it('has nothing before its first day', () => {
    const { book } = freshBook();
    expect(book.lastBefore('2020-01-02')).toBeUndefined();
    book.record(entry('2020-01-02'));
    expect(book.lastBefore('2020-01-02')).toBeUndefined();
  });

  it('answers the latest day before a date, and of that day the last line', () => {
    const { book, path } = freshBook();
    book.record(entry('2020-01-03', 3));
    book.record(entry('2020-01-02', 2));
    book.record(entry('2020-01-07', 7));
    book.record(entry('2020-01-02', 22));
    expect(book.lastBefore('2020-01-03')?.cash).toBe(22);
    expect(book.lastBefore('2020-01-07')?.cash).toBe(3);
    expect(book.lastBefore('2021-01-01')?.cash).toBe(7);
    expect(linesOf(path).map(({ cash }) => cash)).toEqual([3, 2, 7, 22]);
  });

  it('ignores a line torn by a crash and begins the next one below it', () => {
    const { book, path } = freshBook();
    book.record(entry('2020-01-02', 2));
    appendFileSync(path, '{"date":"2020-01-03","cash":3,"pos');
    expect(book.lastBefore('2020-01-06')?.cash).toBe(2);
    book.record(entry('2020-01-06', 6));
    expect(book.lastBefore('2020-01-07')?.cash).toBe(6);
    expect(book.lastBefore('2020-01-06')?.cash).toBe(2);
    expect(readFileSync(path, 'utf8').split('\n')).toEqual([
      JSON.stringify(entry('2020-01-02', 2)),
      '{"date":"2020-01-03","cash":3,"pos',
      JSON.stringify(entry('2020-01-06', 6)),
      '',
    ]);
  });

  it('skips lines that are no days', () => {
    const { book, path } = freshBook();
    writeFileSync(path, 'null\n[]\n7\n{"date":"2020-01-01"}\n{"cash":1,"position":1,"value":1}\n\n');
    expect(book.lastBefore('2021-01-01')).toBeUndefined();
  });

  it('reads a line that was appended in two halves', () => {
    const { book, path } = freshBook();
    const line = `${JSON.stringify(entry('2020-01-02', 2))}\n`;
    appendFileSync(path, line.slice(0, 20));
    expect(book.lastBefore('2020-01-03')).toBeUndefined();
    appendFileSync(path, line.slice(20));
    expect(book.lastBefore('2020-01-03')?.cash).toBe(2);
  });

  it('forgets what it knew when its file is cut or replaced', () => {
    const { book, path } = freshBook();
    book.record(entry('2020-01-02', 2));
    book.record(entry('2020-01-03', 3));
    expect(book.lastBefore('2020-01-06')?.cash).toBe(3);
    writeFileSync(path, `${JSON.stringify(entry('2020-01-02', 22))}\n`);
    expect(book.lastBefore('2020-01-06')?.cash).toBe(22);
    rmSync(path);
    expect(book.lastBefore('2020-01-06')).toBeUndefined();
  });

  it('answers like a plain reading of the file after any history', () => {
    const date = fc.integer({ min: 1, max: 28 }).map((day) => `2020-01-${String(day).padStart(2, '0')}`);
    const step = fc.record({
      act: fc.constantFrom('record', 'record', 'other process', 'crash', 'delete'),
      date,
      cash: fc.integer({ min: 0, max: 999 }),
      asked: date,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { book, path } = freshBook();
        for (const { act, date, cash, asked } of steps) {
          const line = JSON.stringify(entry(date, cash));
          if (act === 'record') book.record(entry(date, cash));
          if (act === 'other process') appendFileSync(path, `\n${line}\n`);
          if (act === 'crash') appendFileSync(path, line.slice(0, cash % line.length));
          if (act === 'delete') rmSync(path, { force: true });
          expect(book.lastBefore(asked)?.cash).toBe(readPlainly(path, asked));
        }
      }),
    );
  });

  it('is the same one for the same model, even after many others were open', () => {
    openBook(folder, 'kept').record(entry('2020-01-02', 2));
    expect(openBook(folder, 'kept')).toBe(openBook(folder, 'kept'));
    for (let other = 0; other < 300; other += 1) openBook(folder, `other-${other}`);
    expect(openBook(folder, 'kept').lastBefore('2020-01-03')?.cash).toBe(2);
  });
});
