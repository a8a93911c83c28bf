// The commands on the database as a whole.
import type { Command } from 'commander';
import type { BackupOptions } from './backup-command.js';
import type { MigrateOptions } from './migrate-command.js';
import { examples, onDatabase, onService } from './options.js';
import type { RestoreOptions } from './restore-command.js';
import type { TargetOptions } from './target.js';
import type { Targets } from './targets.js';

export function addDatabaseCommands(program: Command, targets: Targets): void {
  const { shell } = targets;
  program.commandsGroup('Database:');

  onService(
    program
      .command('rebuild')
      .description('build the tables anew from the events; the service goes on, Ctrl-C cancels'),
  )
    .addHelpText('after', examples('  daybook rebuild'))
    .action(async (options: TargetOptions & { json?: boolean }) =>
      (await import('./rebuild-command.js')).rebuild(options, targets),
    );

  onDatabase(
    program
      .command('backup <file>')
      .description(
        'copy the database as it is now into a file, while the service writes, and verify the copy',
      )
      .option('--force', 'replace a file that is there already')
      .option('--no-verify', 'do not check the copy'),
  )
    .addHelpText('after', examples('  daybook backup /backups/2025-01-16.db'))
    .action(async (...given: [string, BackupOptions]) =>
      (await import('./backup-command.js')).backup(given[0], given[1], shell),
    );

  onDatabase(
    program
      .command('restore <file>')
      .description(
        'check a backup and put it in the place of the database, which is kept; no service may run',
      ),
  )
    .addHelpText('after', examples('  daybook restore /backups/2025-01-16.db'))
    .action(async (...given: [string, RestoreOptions]) =>
      (await import('./restore-command.js')).restore(given[0], given[1], shell),
    );

  onDatabase(
    program
      .command('migrate')
      .description('bring the schema of the database up to date, as the start of a service does')
      .option('--dry-run', 'show what would be done, and change nothing'),
  )
    .addHelpText('after', examples('  daybook migrate --dry-run'))
    .action(async (options: MigrateOptions) =>
      (await import('./migrate-command.js')).migrate(options, shell),
    );
}
