// Work that takes long and is done by whom a command speaks to: started with a POST (202 and where to follow it),
// looked at until it has ended, and cancelled at Ctrl-C.
import type { Client } from '../client/client.js';
import { pause, systemRuntime } from '../runtime/runtime.js';
import type { Shell } from './shell.js';

/** What every document of long work says; all else in it is of its kind. */
export interface LongWork {
  status: 'running' | 'completed' | 'failed' | 'cancelled';
}

/** How often it is looked how far it is, in milliseconds. */
const lookMs = 200;

/**
 * @param path where the work is started, like `/admin/projections/rebuild`
 * @param tell is handed the document at each look, the last one too: to draw a bar
 * @returns the document when the work has ended; a first Ctrl-C cancels it and waits for that, a second one exits
 * @throws Refusal when it was not started
 */
export async function doLongWork<Document extends LongWork>(
  client: Client,
  path: string,
  { tell, shell }: { tell: (document: Document) => void; shell: Pick<Shell, 'interruption'> },
): Promise<Document> {
  const { signal, done } = shell.interruption();
  try {
    const { location } = await client.ask('POST', path);
    if (location === undefined) throw new Error(`${client.name} does not say where to follow ${path}.`);
    let isCancelled = false;
    for (;;) {
      if (signal.aborted && !isCancelled) {
        isCancelled = true;
        await client.ask('POST', `${location}/cancel`);
      }
      const document = await client.get<Document>(location);
      tell(document);
      if (document.status !== 'running') return document;
      await pause(systemRuntime, lookMs, isCancelled ? undefined : signal);
    }
  } finally {
    done();
  }
}
