// JSON text from outside is taken as it was said or not at all: UTF-8, numbers that a double can hold, every name of an
// object once (I-JSON, RFC 7493). One cheap look over the text comes before JSON.parse, which some texts keep busy for long.
import { pointerOf } from './json-pointer.js';

/** It is JSON, and would not be kept as it was said. */
export class UnkeepableJson extends Error {
  override readonly name = 'UnkeepableJson';

  /** @param pointer a JSON pointer to the place */
  constructor(
    readonly pointer: string,
    detail: string,
  ) {
    super(detail);
  }
}

export interface JsonLimits {
  /** How deep lists and objects may be nested. */
  levelsMax: number;
  /** How many lists, objects and members there may be in all: each takes time and room of its own. */
  partsMax: number;
  /** How many members one object may have. */
  membersMax: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * @throws UnkeepableJson
 * @throws TypeError when it is not UTF-8, SyntaxError when it is not JSON
 */
export function readJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  const text = utf8.decode(bytes);
  const names = lookOver(text, limits);
  const value = JSON.parse(text) as unknown;
  // JSON.parse keeps the last of two members of the same name.
  if (namesIn(value) !== names)
    throw new UnkeepableJson('', 'has an object that names the same member twice');
  return value;
}

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const colon = 0x3a;
const backslash = 0x5c;
const objectStart = 0x7b;
const objectEnd = 0x7d;
const listStart = 0x5b;
const listEnd = 0x5d;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Tells how many names there are. What is not JSON, it leaves to JSON.parse. */
function lookOver(text: string, { levelsMax, partsMax, membersMax }: JsonLimits): number {
  let level = 0;
  let nests = 0;
  let names = 0;
  let isNameNext = false;
  /** By level: whether it is an object; which value of a list it is at, or where in the text the member's name begins. */
  const isObject: boolean[] = [];
  const at: number[] = [];
  const members: number[] = [];
  const place = (levels = level): string =>
    pointerOf(at.slice(1, levels + 1).map((one, index) => (isObject[index + 1] ? nameAt(text, one) : one)));

  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      if (isNameNext) at[level] = index;
      isNameNext = false;
      index = endOfString(text, index);
    } else if (code === comma) {
      isNameNext = isObject[level] === true;
      if (!isNameNext) at[level] = (at[level] ?? 0) + 1;
    } else if (code === colon) {
      names += 1;
      const ofObject = (members[level] ?? 0) + 1;
      members[level] = ofObject;
      if (ofObject > membersMax)
        throw new UnkeepableJson(place(level - 1), `has an object of more than ${membersMax} members`);
    } else if (code === objectStart || code === listStart) {
      if (level === levelsMax)
        throw new UnkeepableJson(place(1), `must not be nested deeper than ${levelsMax} levels`);
      level += 1;
      nests += 1;
      isNameNext = code === objectStart;
      isObject[level] = isNameNext;
      at[level] = 0;
      members[level] = 0;
    } else if (code === objectEnd || code === listEnd) {
      level -= 1;
      isNameNext = false;
    } else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, index);
      const problem = problemOfNumber(text, index, end);
      if (problem !== undefined) throw new UnkeepableJson(place(), problem);
      index = end - 1;
    }
    if (nests + names > partsMax)
      throw new UnkeepableJson('', `has more than ${partsMax} lists, objects and members: send it in parts`);
  }
  return names;
}

/** The index of the quote that ends it. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  for (; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) break;
    if (code === backslash) index += 1;
  }
  return index;
}

/** The index after its last character. */
function endOfNumber(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && isOfNumber(text.charCodeAt(index))) index += 1;
  return index;
}

/** A digit, or one of `+-.eE`. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === 0x2b || code === minus || code === 0x2e || (code | 0x20) === 0x65;

/** As many digits any double holds. */
const surelyHeld = 15;

function problemOfNumber(text: string, start: number, end: number): string | undefined {
  // Most numbers are short. Of the short ones only those with an exponent can be too large.
  if (end - start <= 3) return undefined;
  const digits = text.slice(start, end);
  const value = Number(digits);
  if (Math.abs(value) === Infinity) return 'is a number too large to be kept';
  if (value === 0 && /^[^e]*[1-9]/i.test(digits)) return 'is a number too small to be kept';
  if (digits.length > surelyHeld && /^-?\d+$/.test(digits) && String(value) !== digits)
    return `is an integer that would be kept as ${value}: send it as text`;
  return undefined;
}

function nameAt(text: string, start: number): string {
  try {
    return JSON.parse(text.slice(start, endOfString(text, start) + 1)) as string;
  } catch {
    return '';
  }
}

/** Of all objects in a value. Its own stack: the value may be deep. */
function namesIn(value: unknown): number {
  let names = 0;
  const waiting = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) {
      for (const one of next as unknown[]) if (typeof one === 'object') waiting.push(one);
      continue;
    }
    // Object.values takes three times as long for an object of many members.
    const keys = Object.keys(next);
    names += keys.length;
    for (const key of keys) waiting.push((next as Record<string, unknown>)[key]);
  }
  return names;
}
