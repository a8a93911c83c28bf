// `daybook rebuild`: the tables built anew from the events, while the service goes on.
import type { RebuildView } from '../projection/rebuilds.js';
import { print, progressBar } from './cli-environment.js';
import { openTarget, type TargetOptions } from './find-target.js';
import { doLongWork } from './long-work.js';

/** Ctrl-C cancels it. @throws Refused when another one runs */
export async function rebuild(options: TargetOptions & { json?: boolean }): Promise<void> {
  const target = await openTarget(options);
  try {
    const draw = progressBar('events');
    const ended = await doLongWork<RebuildView>(target, '/admin/projections/rebuild', (document) => {
      draw(document.events_done, document.events_total);
    });
    if (options.json === true) print(JSON.stringify(ended));
    else print(sentenceOf(ended));
    process.exitCode = exitStatuses[ended.status];
  } finally {
    await target.close();
  }
}

const exitStatuses = { running: 2, completed: 0, cancelled: 1, failed: 2 };

function sentenceOf({ status, events_done: events, difference_count: count, error }: RebuildView): string {
  if (status === 'cancelled') return 'The rebuild was cancelled: the tables are as they were.';
  if (status !== 'completed') return `The rebuild failed: ${error ?? 'no reason given'}`;
  const found = count === 0 ? 'they were what the events say' : `${count} difference(s) are mended`;
  return `The tables are built anew from ${events} events: ${found}.`;
}
