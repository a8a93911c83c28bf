// The file of a book: its own for each model, whatever the model is called.
import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import fc from 'fast-check';
import { bookFile } from '../../examples/trading-session/book-file.js';
import { openBook } from '../../examples/trading-session/book.js';
import { temporaryFolder } from './support.js';

const folder = temporaryFolder();
const entry = { date: '2020-01-02', cash: 2, position: 0, value: 2, job_id: 'job-1' };

describe('the file of a book', () => {
  it('bears the name of the model where that is safe', () => {
    expect(bookFile('/books', 'gpt-5.1_mini')).toBe('/books/gpt-5.1_mini.jsonl');
    expect(bookFile('/books', 'vendor/model 1')).toBe('/books/vendor%2Fmodel%201.jsonl');
  });

  it('is one plain file in the folder, and another for each model, even where case does not count', () => {
    const odd = fc.constantFrom(
      '.',
      '..',
      '',
      '../up',
      'a/b',
      'A',
      'a',
      '\ud800',
      '\udc00',
      '_',
      '~',
      'é',
      'É',
    );
    const names = fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }));
    fc.assert(
      fc.property(names, names, (one, other) => {
        const path = bookFile('/books', one);
        expect(dirname(path)).toBe('/books');
        expect(basename(path)).toMatch(/^[^./][^/]*\.jsonl$/);
        expect(Buffer.byteLength(basename(path))).toBeLessThan(255);
        const same = path.toLowerCase() === bookFile('/books', other).toLowerCase();
        expect(same).toBe(one === other);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['100 letters of four bytes', '𝔐'.repeat(100)],
    ['200 slashes', '/'.repeat(200)],
    ['dots', '..'],
    ['half a surrogate pair', 'x\ud800'],
  ])('can be written for a model of %s', (_what, model) => {
    openBook(folder, model).record(entry);
    expect(openBook(folder, model).lastBefore('2020-01-03')?.cash).toBe(2);
    expect(statSync(bookFile(folder, model)).isFile()).toBe(true);
    expect(dirname(bookFile(folder, model))).toBe(folder);
  });
});
