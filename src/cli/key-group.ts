// The commands that change the signing key.
import type { Command } from 'commander';
import type { KeyOptions, ReplaceKeyOptions } from './key-command.js';
import { examples, onDatabase } from './options.js';
import type { Shell } from './shell.js';

const byWhom = ['--actor <name>', 'who changes it; the user of the operating system by default'] as const;

export function addKeyCommands(program: Command, shell: Shell): void {
  const key = program
    .command('key')
    .description('change the signing key: rotate it, or replace one that is lost; stop the service first');

  onDatabase(
    key
      .command('rotate')
      .description('let a new key sign from now on; the old one signs that, once more')
      .option('--reason <text>', 'why: it is kept in the log', 'rotation')
      .option(...byWhom),
  )
    .addHelpText('after', examples('  daybook key rotate --reason "yearly"'))
    .action(async (options: KeyOptions) => (await import('./key-command.js')).rotate(options, shell));

  onDatabase(
    key
      .command('replace')
      .description('let another key sign, because the old one is lost; the log tells that to every auditor')
      .requiredOption('--reason <text>', 'why: it is kept in the log')
      .option(
        '--old-key <key>',
        'the verifier key that is lost, or a file that holds it, if somebody kept it',
      )
      .option(...byWhom),
  )
    .addHelpText('after', examples('  daybook key replace --reason "disk lost" --old-key daybook.key'))
    .action(async (options: ReplaceKeyOptions) => (await import('./key-command.js')).replace(options, shell));
}
