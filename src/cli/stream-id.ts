// Which of its kind is meant: an id, or its beginning when no other one begins so.
import type { Client } from '../client/client.js';
import { Refusal } from '../runtime/refusal.js';
import type { KindWords } from './terminal-kind.js';

const wholeId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const beginning = /^[\da-f-]{4,36}$/;

/**
 * @param given as typed
 * @param beginningWith the ids that begin so, at least two when there are several
 * @throws Refusal when it is the beginning of none or of several
 */
export async function completeId(
  noun: string,
  given: string,
  beginningWith: (prefix: string) => Promise<string[]> | string[],
): Promise<string> {
  const prefix = given.toLowerCase();
  if (wholeId.test(prefix)) return prefix;
  if (!beginning.test(prefix))
    throw missing(noun, `${given}. Give its id, or at least the first 4 characters of it`);
  const found = await beginningWith(prefix);
  if (found.length > 1)
    throw new Refusal(
      'conflict',
      'ambiguous_id',
      `Several ${noun}s begin with ${given}: ${found.slice(0, 2).join(', ')}, …`,
    );
  if (found[0] === undefined) throw missing(noun, given);
  return found[0];
}

const missing = (noun: string, which: string): Refusal =>
  new Refusal('missing', `${noun}_not_found`, `There is no ${noun} ${which}.`);

/** Among all that the log knows, the removed ones too. */
export const completeLoggedId = (client: Client, kind: KindWords, given: string): Promise<string> =>
  completeId(kind.noun, given, async (prefix) => {
    const found: string[] = [];
    for await (const line of client.lines(`/events?type=${kind.firstEvent}`)) {
      const { stream_id: stream } = JSON.parse(line) as { stream_id: string };
      if (stream.startsWith(kind.streamPrefix + prefix)) found.push(stream.slice(kind.streamPrefix.length));
      if (found.length > 1) break;
    }
    return found;
  });
