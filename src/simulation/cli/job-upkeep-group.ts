// The commands that look back at jobs, and clear away old ones, as they are typed.
import type { Command } from 'commander';
import { examples, onService } from '../../cli/options.js';
import type { TargetOptions } from '../../cli/target.js';
import type { Targets } from '../../cli/targets.js';
import type { CleanupOptions } from './cleanup-command.js';
import { jobWords } from './job-words.js';

export function addJobUpkeepCommands(program: Command, targets: Targets): void {
  program.commandsGroup('History:');

  onService(
    program
      .command('replay <job>')
      .description("print a job's life event by event, with the state after each"),
  )
    .addHelpText('after', examples(`  daybook replay 550e`))
    .action(async (...given: [string, TargetOptions & { json?: boolean }]) => {
      const { replay } = await import('../../cli/replay-command.js');
      const load = async () => (await import('../job-replay.js')).jobReplay;
      await replay(jobWords, load, given[0], given[1], targets);
    });

  program.commandsGroup('Database:');

  onService(
    program
      .command('cleanup')
      .description('remove the jobs that ended long ago from the tables; their events stay')
      .requiredOption('--older-than <age>', 'ended at least so long ago, in whole days: 30d, 2w, 48h')
      .option('--dry-run', 'show which, and change nothing'),
  )
    .addHelpText('after', examples('  daybook cleanup --older-than 30d --dry-run'))
    .action(async (options: CleanupOptions) =>
      (await import('./cleanup-command.js')).cleanup(options, targets),
    );
}
