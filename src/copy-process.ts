// The program of the process that copies a database: SQLite cannot be interrupted while it does, a process can.
import { copyDatabase } from './database/sqlite/database-copy.js';

const [source = '', target = ''] = process.argv.slice(2);

try {
  copyDatabase(source, target);
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
