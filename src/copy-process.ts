// The program of the process that copies a database: a copy cannot be interrupted, a process can.
import { engineOf } from './database/engines.js';

const [source = '', target = ''] = process.argv.slice(2);

try {
  engineOf(source).files?.copyTo(target);
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
