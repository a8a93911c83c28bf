#!/usr/bin/env -S node --max-semi-space-size=32
// The command `daybook`, as a process.
import { run } from './command-line.js';
import { interruption } from './runtime/interruption.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads only the beginning (`| head`) is no error.
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`The output cannot be written: ${error.message}.\n`);
  process.exit(2);
});
// There is nowhere left to say that it cannot be said.
process.stderr.on('error', () => undefined);

const { stdout: out, stderr: err, env } = process;
const status = await run(process.argv.slice(2), { out, err, env, interruption });
// Whoever is interrupted does not wait for what runs in threads.
if (status === 130) process.exit(status);
process.exitCode = status;
