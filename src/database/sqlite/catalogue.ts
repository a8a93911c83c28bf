// What SQLite's own catalogue tells of a database.
import type { Reader } from '../reader.js';
import { logGuards } from './log-guards.js';

export async function columnsByTable(reader: Reader): Promise<Map<string, Set<string>>> {
  const columns = await reader.values<[table: string, column: string]>(
    `SELECT made.name, held.name FROM sqlite_master AS made, pragma_table_info(made.name) AS held
     WHERE made.type = 'table'`,
  );
  const tables = new Map<string, Set<string>>();
  for (const [table, column] of columns)
    tables.set(table, (tables.get(table) ?? new Set<string>()).add(column));
  return tables;
}

export async function missingGuardsOf(reader: Reader): Promise<string[]> {
  const rows = await reader.all<{ sql: string }>("SELECT sql FROM sqlite_master WHERE type = 'trigger'");
  const present = new Set(rows.map(({ sql }) => sql));
  return logGuards
    .filter((guard) => !present.has(guard))
    .map((guard) => `the trigger ${guard.split(' ')[2] ?? ''} that guards the log is missing or was changed`);
}
