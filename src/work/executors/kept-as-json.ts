// What an executor gives is kept as it was given or not at all: JSON.stringify would make null of NaN and of what is
// missing in a list, and {} of a Map, and the loss would stand in the log for ever.
import { isUtf8 } from 'node:buffer';
import { pointerOf } from '../../runtime/json-pointer.js';
import { readJson, UnkeepableJson } from '../../runtime/json-text.js';
import { errorFrom } from './error-from.js';

/** Deeper values exist to break whoever walks them. */
const levelsMax = 500;

/** Another attempt would give the same. */
const final = (message: string): Error => Object.assign(new Error(message), { retryable: false });

const unkeepable = (pointer: string, detail: string): Error =>
  final(`The result cannot be written as JSON: ${pointer === '' ? 'it' : pointer} ${detail}.`);

/**
 * A value of JavaScript as JSON text. A value may say itself how it is written (`toJSON`, as a Date does), and a member
 * that is undefined is one that is not there.
 *
 * @throws Error, which is final, with the place of what cannot be kept
 */
export function jsonOf(result: unknown): string {
  /** The objects around the value that is looked at, and the name of each in the one around it. */
  const around: unknown[] = [];
  const names: string[] = [];
  function check(this: Record<string, unknown>, name: string, value: unknown): unknown {
    while (around.length > 0 && around.at(-1) !== this) {
      around.pop();
      names.pop();
    }
    const pointer = around.length === 0 ? '' : pointerOf([...names.slice(1), name]);
    const loss = lossOf(value, this[name], Array.isArray(this));
    if (loss !== undefined) throw unkeepable(pointer, loss);
    if (typeof value !== 'object' || value === null) return value;
    if (around.length === levelsMax) throw unkeepable(pointer, `is nested deeper than ${levelsMax} levels`);
    around.push(value);
    names.push(name);
    return value;
  }
  try {
    return JSON.stringify(result, check);
  } catch (thrown) {
    const error = errorFrom(thrown);
    throw 'retryable' in error ? error : final(`The result cannot be written as JSON: ${error.message}`);
  }
}

/** @param given what `value` was before it said how it is written */
function lossOf(value: unknown, given: unknown, isInList: boolean): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return `is ${value}`;
  if (typeof value === 'bigint') return 'is a BigInt';
  if (typeof value === 'function' || typeof value === 'symbol') return `is a ${typeof value}`;
  if (value === undefined) return isInList ? 'is undefined, in a list' : undefined;
  if (value === null) return given instanceof Date ? 'is a Date that is none' : undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return kind === 'Object' ? undefined : `is of the kind ${kind}, and neither a list nor a plain object`;
}

/**
 * A line of JSON that a program has printed.
 * @throws Error, which is final unless the line is no JSON at all
 */
export function valueOfLine(line: Buffer): unknown {
  if (!isUtf8(line)) throw final('The last line of standard output is not UTF-8.');
  try {
    return readJson(line, { levelsMax, partsMax: Infinity, membersMax: Infinity });
  } catch (error) {
    if (error instanceof UnkeepableJson) throw unkeepable(error.pointer, error.message);
    const beginning = line.toString().trim().slice(0, quotedCharactersMax);
    throw new Error(`The last line of standard output is not JSON. It begins: ${beginning}`);
  }
}

const quotedCharactersMax = 200;
