// What SQLite's own catalogue tells of a database.
import type { Reader } from '../reader.js';
import { logGuards } from './log-guards.js';

export async function tablesOf(reader: Reader): Promise<Set<string>> {
  const rows = await reader.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'");
  return new Set(rows.map(({ name }) => name));
}

export async function missingGuardsOf(reader: Reader): Promise<string[]> {
  const rows = await reader.all<{ sql: string }>("SELECT sql FROM sqlite_master WHERE type = 'trigger'");
  const present = new Set(rows.map(({ sql }) => sql));
  return logGuards
    .filter((guard) => !present.has(guard))
    .map((guard) => `the trigger ${guard.split(' ')[2] ?? ''} that guards the log is missing or was changed`);
}
