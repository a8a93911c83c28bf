// The commands that were refused: no events, so only what every refusal has can be asked for.
import type { Client } from '../client/client.js';
import { queryOf, type EventFilter } from './log-lines.js';
import { oneLine } from './terminal.js';

interface Refused {
  recorded_at: string;
  actor: string;
  correlation_id: string;
  command: string;
  code: string;
  status: number;
}

/** Oldest first. @param id of what they were asked of; empty for all */
export async function* refusals(
  client: Client,
  { actor, correlation, since }: EventFilter,
  id = '',
): AsyncGenerator<Refused> {
  for (let after: string | null = ''; after !== null;) {
    const query = queryOf({ limit: '1000', actor, after });
    const page: { items: Refused[]; next: string | null } = await client.get(`/audit/refusals${query}`);
    for (const refused of page.items) {
      const isWanted =
        refused.recorded_at >= since &&
        refused.command.includes(id) &&
        (correlation === undefined || refused.correlation_id === correlation);
      if (isWanted) yield refused;
    }
    after = page.next;
  }
}

export const refusalLine = ({ recorded_at: at, status, code, actor, command }: Refused): string =>
  oneLine([at, status, code.padEnd(22), actor, command].join('  '));
