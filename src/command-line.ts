// The command line as a whole: the commands of every kind among those of Daybook, and how the application is opened when
// no service runs.
import { addDatabaseCommands } from './cli/database-group.js';
import { addHistoryCommands } from './cli/history-group.js';
import { runCommand } from './cli/run.js';
import type { Surroundings } from './cli/shell.js';
import type { TerminalKind } from './cli/terminal-kind.js';
import type { KindList } from './kind/kind.js';
import { kinds as allKinds } from './kinds.js';
import { version } from './version.js';

/** @returns the exit status */
export async function run(
  words: readonly string[],
  surroundings: Surroundings,
  kinds: KindList = allKinds,
): Promise<number> {
  const terminals: TerminalKind[] = [];
  for (const kind of kinds.list) if (kind.terminal !== undefined) terminals.push(await kind.terminal());
  return runCommand(words, surroundings, {
    version,
    addCommands(program, targets) {
      program.commandsGroup('Service:');
      program
        .command('serve')
        .description('run the service; its settings are environment variables (README, "Settings")')
        .action(async () => (await import('./serve.js')).serve({ ...surroundings.env }));
      for (const terminal of terminals) terminal.addCommands(program, targets);
      addHistoryCommands(
        program,
        targets,
        terminals.flatMap(({ words: ofKind }) => ofKind ?? []),
      );
      addDatabaseCommands(program, targets);
      for (const terminal of terminals) terminal.addUpkeepCommands?.(program, targets);
    },
    options: Object.fromEntries(terminals.flatMap(({ options = {} }) => Object.entries(options))),
    loadApart: async () => (await import('./apart.js')).apart(kinds),
  });
}
