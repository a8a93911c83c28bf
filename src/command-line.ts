// The command line as a whole: which contexts have commands, and how the application is opened when no service runs.
import { createRequire } from 'node:module';
import { addDatabaseCommands } from './cli/database-group.js';
import { addHistoryCommands } from './cli/history-group.js';
import { runCommand } from './cli/run.js';
import type { Surroundings } from './cli/shell.js';
import { addJobCommands, jobOptions } from './simulation/cli/job-group.js';
import { addJobUpkeepCommands } from './simulation/cli/job-upkeep-group.js';
import { jobWords } from './simulation/cli/job-words.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** @returns the exit status */
export const run = (words: readonly string[], surroundings: Surroundings): Promise<number> =>
  runCommand(words, surroundings, {
    version,
    addCommands(program, targets) {
      program.commandsGroup('Service:');
      program
        .command('serve')
        .description('run the service; its settings are environment variables (README, "Settings")')
        .action(async () => (await import('./serve.js')).serve({ ...surroundings.env }));
      addJobCommands(program, targets);
      addHistoryCommands(program, targets, [jobWords]);
      addDatabaseCommands(program, targets);
      addJobUpkeepCommands(program, targets);
    },
    options: jobOptions,
    loadApart: async () => (await import('./apart.js')).apart,
  });
