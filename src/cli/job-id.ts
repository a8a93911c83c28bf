// Which job is meant: an id, or its beginning when no other one begins so.
import type { Reader } from '../database/sqlite/sqlite-reader.js';
import { streamOf } from '../simulation/commands/job-streams.js';
import type { JobView } from '../simulation/queries/views.js';
import { Refused } from './outcome.js';
import { ask, type Target } from './target.js';

const wholeId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const beginning = /^[\da-f-]{4,36}$/;

/**
 * @param given as typed
 * @param beginningWith the ids that begin so, at least two when there are several
 * @throws Refused when it is the beginning of none or of several
 */
export async function completeJobId(
  given: string,
  beginningWith: (prefix: string) => Promise<string[]> | string[],
): Promise<string> {
  const prefix = given.toLowerCase();
  if (wholeId.test(prefix)) return prefix;
  if (!beginning.test(prefix))
    throw new Refused(`There is no job ${given}. Give its id, or at least the first 4 characters of it.`);
  const found = await beginningWith(prefix);
  if (found.length > 1)
    throw new Refused(`Several jobs begin with ${given}: ${found.slice(0, 2).join(', ')}, …`);
  if (found[0] === undefined) throw new Refused(`There is no job ${given}.`);
  return found[0];
}

/** Of all jobs that the log knows, the removed ones too. */
export function loggedJobIdsBeginning(reader: Reader, prefix: string): string[] {
  const stream = streamOf(prefix);
  const rows = reader.query<{ stream_id: string }>(
    'SELECT stream_id FROM events WHERE stream_id >= ? AND stream_id < ? AND version = 1 ORDER BY stream_id LIMIT 2',
    stream,
    `${stream}~`,
  );
  return rows.map(({ stream_id: id }) => id.slice(streamOf('').length));
}

/** The largest page of a list. */
const pageSize = 1_000;

/** The ids that begin so, of all jobs; it looks no further when there are several. */
export async function jobIdsBeginning(target: Target, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for (let after = ''; found.length < 2;) {
    const { body } = await ask(target, 'GET', `/jobs?limit=${pageSize}${after}`);
    const { items, next } = body as { items: JobView[]; next: string | null };
    found.push(...items.map(({ job_id: id }) => id).filter((id) => id.startsWith(prefix)));
    if (next === null) break;
    after = `&after=${encodeURIComponent(next)}`;
  }
  return found;
}
