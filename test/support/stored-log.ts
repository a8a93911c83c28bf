// What stands in a database file, read as an auditor reads it: through a connection of its own that changes nothing.
import BetterSqlite3 from 'better-sqlite3';

export interface StoredEvent {
  position: number;
  stream_id: string;
  version: number;
  type: string;
  schema_version: number;
  data: string;
  metadata: string;
  recorded_at: string;
}

/** Reads one moment of a database, whether a service uses it, has closed it or was killed on it. */
export function readDatabase<T>(databasePath: string, read: (connection: BetterSqlite3.Database) => T): T {
  const connection = new BetterSqlite3(databasePath, { readonly: true, timeout: 5_000 });
  try {
    return connection.transaction(read)(connection);
  } finally {
    connection.close();
  }
}

export const eventsIn = (connection: BetterSqlite3.Database): StoredEvent[] =>
  connection.prepare('SELECT * FROM events ORDER BY position').all() as StoredEvent[];

/** The whole log, in order. */
export const readEvents = (databasePath: string): StoredEvent[] => readDatabase(databasePath, eventsIn);
