// Work that takes long and is done by whom a command speaks to: started with a POST (202 and where to follow it),
// looked at until it has ended, and cancelled at Ctrl-C.
import { interruption } from '../runtime/interruption.js';
import { pause, systemRuntime } from '../runtime/runtime.js';
import { ask, type Target } from './target.js';

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
 * @throws Refused when it was not started
 */
export async function doLongWork<Document extends LongWork>(
  target: Target,
  path: string,
  tell: (document: Document) => void,
  body?: object,
): Promise<Document> {
  const { signal, done } = interruption();
  try {
    const { location } = await ask(target, 'POST', path, body);
    if (location === undefined) throw new Error(`${target.name} does not say where to follow ${path}.`);
    let isCancelled = false;
    for (;;) {
      if (signal.aborted && !isCancelled) {
        isCancelled = true;
        await ask(target, 'POST', `${location}/cancel`);
      }
      const document = (await ask(target, 'GET', location)).body as Document;
      tell(document);
      if (document.status !== 'running') return document;
      await pause(systemRuntime, lookMs, isCancelled ? undefined : signal);
    }
  } finally {
    done();
  }
}
