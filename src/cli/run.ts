// Runs one command: from what was typed to its exit status.
import { Command } from 'commander';
import { exitStatus, tellError, usageHint, type OptionOfField } from './exit-status.js';
import { Shell, type Surroundings } from './shell.js';
import type { OpenApart } from './target.js';
import { Targets } from './targets.js';

export interface CommandLine {
  version: string;
  /** Adds the commands; what a command needs is loaded when it runs, so that help, and every small command, comes at once. */
  addCommands: (program: Command, targets: Targets) => void;
  /** To tell what is wrong with a request in the words in which it was typed. */
  options: OptionOfField;
  loadApart: () => Promise<OpenApart>;
}

/**
 * @param words what was typed, without the name of the program
 * @returns the exit status: 0 done, 1 the answer is no, 2 it could not be done, 130 interrupted
 */
export async function runCommand(
  words: readonly string[],
  surroundings: Surroundings,
  { version, addCommands, options, loadApart }: CommandLine,
): Promise<number> {
  const shell = new Shell(surroundings);
  let asJson = false;
  let name = '';
  const program = new Command('daybook')
    .description('The book of long-running jobs: every model on every day, every step an event.')
    .version(version)
    .showHelpAfterError(usageHint('<command>'))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => surroundings.out.write(text),
      writeErr: (text) => surroundings.err.write(text),
      getOutHelpWidth: () => shell.room.columns,
    })
    .hook('preAction', (_, command) => {
      asJson = command.opts<{ json?: boolean }>().json === true;
      name = command.name();
    })
    .addHelpText(
      'after',
      `
Examples:
  daybook serve                                                 run a service
  daybook trigger --from 2025-01-16 --to 2025-01-31 --watch     ask for a grid, and follow it
  daybook status --watch                                        follow the newest job
  daybook verify                                                is the history what it was?

A command speaks to the service that has the database, wherever it listens, or to the one of --url. When no service runs,
it opens the database itself; what is asked for then waits until a service is started. Settings are environment
variables; a file .env in the working folder is read too (README, "Settings").
${exitStatus}`,
    );
  addCommands(program, new Targets(shell, loadApart));
  try {
    await program.parseAsync(words, { from: 'user' });
    return shell.status;
  } catch (error) {
    return tellError(error, { asJson, shell, options, command: name });
  }
}
