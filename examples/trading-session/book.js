// Keeps each model's days on disk, a line a day, so that a model carries its position from day to day.
import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { bookFile } from './book-file.js';

/** @typedef {{ date: string, cash: number, position: number, value: number, job_id: string }} Entry */

/** @type {Map<string, Book>} */
const books = new Map();
const booksInMemory = 256;

/**
 * The one book of a model within this process; other processes may write to the same file.
 * @param {string} folder
 * @param {string} model
 */
export function openBook(folder, model) {
  const path = bookFile(folder, model);
  const book = books.get(path) ?? new Book(path);
  // Deleting first moves the book to the end of the map, so the first one is the least recently used.
  books.delete(path);
  books.set(path, book);
  const [oldest] = books.keys();
  if (books.size > booksInMemory && oldest !== undefined) books.delete(oldest);
  return book;
}

class Book {
  #path;
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** @type {string[]} sorted */
  #dates = [];
  #bytesRead = 0;
  #bytesOnDisk = 0;
  #identity = '';

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
  }

  /**
   * The latest day recorded before a date; of several lines for that day, the last one.
   * @param {string} date
   * @returns {Readonly<Entry> | undefined}
   */
  lastBefore(date) {
    this.#catchUp();
    const previous = this.#dates[this.#countBefore(date) - 1];
    return previous === undefined ? undefined : this.#entries.get(previous);
  }

  /** @param {Entry} entry */
  record(entry) {
    this.#catchUp();
    mkdirSync(dirname(this.#path), { recursive: true });
    // What follows the last newline is a line torn by a crash: this one begins below it. Should it be a line
    // that another process is still writing, all that comes of it is an empty line, which a reader skips.
    const torn = this.#bytesOnDisk > this.#bytesRead;
    const line = Buffer.from(`${torn ? '\n' : ''}${JSON.stringify(entry)}\n`);
    const file = openSync(this.#path, 'a');
    try {
      // One write to a file opened for appending keeps the lines of two processes apart.
      if (writeSync(file, line) < line.length) throw new Error(`the disk took half a line: ${this.#path}`);
    } finally {
      closeSync(file);
    }
  }

  /** Reads only what was appended since the last time, by this process or another. */
  #catchUp() {
    const found = statSync(this.#path, { throwIfNoEntry: false });
    const identity = found ? `${found.ino} ${found.birthtimeMs}` : '';
    if (identity !== this.#identity || (found?.size ?? 0) < this.#bytesRead) {
      // The file was deleted, replaced or cut: what is in memory is another book.
      this.#entries.clear();
      this.#dates = [];
      this.#bytesRead = 0;
    }
    this.#identity = identity;
    this.#bytesOnDisk = found?.size ?? 0;
    if (this.#bytesOnDisk > this.#bytesRead) this.#readTail();
  }

  #readTail() {
    const file = openSync(this.#path, 'r');
    try {
      this.#bytesOnDisk = fstatSync(file).size;
      const tail = Buffer.alloc(this.#bytesOnDisk - this.#bytesRead);
      const filled = tail.subarray(0, readSync(file, tail, 0, tail.length, this.#bytesRead));
      const whole = filled.subarray(0, filled.lastIndexOf('\n') + 1);
      for (const line of whole.toString('utf8').split('\n')) this.#take(line);
      this.#bytesRead += whole.length;
    } finally {
      closeSync(file);
    }
  }

  /** @param {string} line */
  #take(line) {
    const entry = parseEntry(line);
    if (!entry) return;
    if (!this.#entries.has(entry.date)) this.#dates.splice(this.#countBefore(entry.date), 0, entry.date);
    this.#entries.set(entry.date, entry);
  }

  /** @param {string} date */
  #countBefore(date) {
    // A job mostly walks forward, so the date mostly comes after all others.
    if ((this.#dates.at(-1) ?? '') < date) return this.#dates.length;
    let [low, high] = [0, this.#dates.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#dates[middle] ?? '') < date) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * @param {string} line
 * @returns {Entry | undefined} nothing for an empty line or for the remains of a torn one
 */
function parseEntry(line) {
  try {
    /** @type {unknown} */
    const json = JSON.parse(line);
    const entry = /** @type {Partial<Entry> | null} */ (json);
    const numbers = [entry?.cash, entry?.position, entry?.value];
    if (typeof entry?.date !== 'string' || !numbers.every(Number.isFinite)) return undefined;
    return /** @type {Entry} */ (entry);
  } catch {
    return undefined;
  }
}
