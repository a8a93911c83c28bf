// What was thrown may be anything; what an executor rejects with is an Error that says something.
import { inspect } from 'node:util';

const messageOf = (thrown: unknown): string => {
  // An error of another realm (a vm context, a DOMException) is no instance of our Error but has a message too.
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && thrown.message !== '') {
    return String(thrown.message);
  }
  if (thrown instanceof Error) return `${thrown.name} without a message`;
  if (typeof thrown === 'string' && thrown !== '') return thrown;
  return `thrown without a message: ${inspect(thrown, { depth: 1, breakLength: Infinity, maxStringLength: 200 })}`;
};

/** The thrown value itself where it is an Error with a message, else an Error around it, its cause. */
export const errorFrom = (thrown: unknown): Error =>
  thrown instanceof Error && thrown.message !== '' ? thrown : new Error(messageOf(thrown), { cause: thrown });
