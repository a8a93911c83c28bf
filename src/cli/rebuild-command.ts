// `daybook rebuild`: the tables built anew from the events, while the service goes on.
import { doLongWork, type LongWork } from './long-work.js';
import type { TargetOptions } from './target.js';
import type { Targets } from './targets.js';
import { counted } from './terminal.js';

/** As the API tells it. */
interface RebuildView extends LongWork {
  events_done: number;
  events_total: number;
  difference_count: number;
  error: string | null;
}

/** Ctrl-C cancels it. @throws Refusal when another one runs */
export async function rebuild(options: TargetOptions & { json?: boolean }, targets: Targets): Promise<void> {
  const { shell } = targets;
  await targets.on(options, async ({ client }) => {
    const draw = shell.progressBar('events');
    const tell = (document: RebuildView): void => {
      draw(document.events_done, document.events_total);
    };
    const ended = await doLongWork(client, '/admin/projections/rebuild', { tell, shell });
    shell.print(options.json === true ? JSON.stringify(ended) : sentenceOf(ended));
    shell.status = exitStatuses[ended.status];
  });
}

const exitStatuses = { running: 2, completed: 0, cancelled: 1, failed: 2 };

function sentenceOf({ status, events_done: events, difference_count: count, error }: RebuildView): string {
  if (status === 'cancelled') return 'The rebuild was cancelled: the tables are as they were.';
  if (status !== 'completed') return `The rebuild failed: ${error ?? 'no reason given'}`;
  const found = count === 0 ? 'they were what the events say' : `${counted(count, 'difference')} mended`;
  return `The tables are built anew from ${counted(events, 'event')}: ${found}.`;
}
