// The read tables built anew over HTTP, as an admin asks for it.
import { setTimeout as wait } from 'node:timers/promises';

const lookMs = 20;

/** Resolves when the tables are new. */
export async function rebuild(/** @type {string} */ url) {
  const started = await fetch(`${url}/admin/projections/rebuild`, { method: 'POST' });
  if (started.status !== 202) throw new Error(`no rebuild was started: ${await started.text()}`);
  for (;;) {
    const answer = await fetch(url + (started.headers.get('location') ?? ''));
    const found = /** @type {{ status: string, difference_count: number, error: string | null }} */ (
      await answer.json()
    );
    if (found.status === 'completed' && found.difference_count === 0) return;
    if (found.status !== 'running') throw new Error(`the rebuild ended badly: ${JSON.stringify(found)}`);
    await wait(lookMs);
  }
}
