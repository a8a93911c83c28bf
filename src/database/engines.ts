// Which engine serves a database: the one place that looks at the URL.
import type { Engine } from './engine.js';
import { SqliteEngine } from './sqlite/sqlite-engine.js';

const sqlite = 'sqlite:';

/** Where the log is kept when nothing else is said. */
export const standardUrl = `${sqlite}data/jobs.db`;

export const urlOfFile = (path: string): string => sqlite + path;

/** What is wrong with the URL of a database; undefined when there is an engine for it. */
export function problemOfUrl(url: string): string | undefined {
  if (/^postgres(ql)?:/.test(url)) return `PostgreSQL is not served yet: give ${sqlite}<path>`;
  const hasPath = url.startsWith(sqlite) && url.length > sqlite.length;
  return hasPath ? undefined : `must be ${sqlite}<path>, like ${standardUrl}`;
}

/** @param url as in DATABASE_URL, like `sqlite:data/jobs.db` */
export function engineOf(url: string): Engine {
  if (!url.startsWith(sqlite))
    throw new Error(`There is no engine for ${url.split(':')[0] ?? ''}: databases.`);
  return new SqliteEngine(url);
}
