// Which engine serves a database: the one place that looks at the URL.
import type { Engine } from './engine.js';
import { SqliteEngine } from './sqlite/sqlite-engine.js';

const sqlite = 'sqlite:';

/** @param url as in DATABASE_URL, like `sqlite:data/jobs.db` */
export function engineOf(url: string): Engine {
  if (!url.startsWith(sqlite))
    throw new Error(`There is no engine for ${url.split(':')[0] ?? ''}: databases.`);
  return new SqliteEngine(url.slice(sqlite.length));
}
