#!/usr/bin/env -S node --max-semi-space-size=32
// The command `daybook`: which commands and options there are. What a command needs is loaded when it runs, so that
// help, and every small command, comes at once.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { addDatabaseCommands } from './cli/database-group.js';
import { addHistoryCommands } from './cli/history-group.js';
import { addJobCommands } from './cli/job-group.js';
import { exitStatus, tellError } from './cli/outcome.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

let wantsJson = false;

const program = new Command('daybook')
  .description('The book of long-running jobs: every model on every day, every step an event.')
  .version(version)
  .showHelpAfterError('(daybook help <command> tells how it is written)')
  .exitOverride()
  .hook('preAction', (_, command) => {
    wantsJson = command.opts<{ json?: boolean }>().json === true;
  })
  .addHelpText(
    'after',
    `
Examples:
  daybook serve                                                 run a service
  daybook trigger --from 2025-01-16 --to 2025-01-31 --watch     ask for a grid, and follow it
  daybook status --watch                                        follow the newest job
  daybook verify                                                is the history what it was?

A command speaks to the service that the settings name (HOST, PORT), or to the one of --url. When no service runs, it
opens the database itself; what is asked for then waits until a service is started. Settings are environment variables;
a file .env in the working folder is read too (README, "Settings").
${exitStatus}`,
  );

program.commandsGroup('Service:');

program
  .command('serve')
  .description('run the service; its settings are environment variables (README, "Settings")')
  .action(async () => (await import('./serve.js')).serve(process.env));

addJobCommands(program);
addHistoryCommands(program);
addDatabaseCommands(program);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads only the beginning (`| head`) is no error.
  if (error.code === 'EPIPE') process.exit();
  process.exit(tellError(new Error(`The output cannot be written: ${error.message}.`), false));
});
// There is nowhere left to say that it cannot be said.
process.stderr.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = tellError(error, wantsJson);
}
