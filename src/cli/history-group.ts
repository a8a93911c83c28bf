// The commands that look back, and check what they see.
import { Option, type Command } from 'commander';
import type { AcceptRollbackOptions } from './accept-rollback-command.js';
import type { ExportOptions } from './export-command.js';
import type { LogOptions } from './log-command.js';
import { addKeyCommands } from './key-group.js';
import { examples, name, once, onDatabase, onService, wholeNumber } from './options.js';
import type { KindWords } from './terminal-kind.js';
import type { Targets } from './targets.js';
import type { VerifyOptions } from './verify-command.js';

/** @param kinds of streams, whose events may be asked for one by one */
export function addHistoryCommands(program: Command, targets: Targets, kinds: readonly KindWords[]): void {
  const { shell } = targets;
  program.commandsGroup('History:');

  const log = program.command('log').description('print the events, oldest first, filtered');
  for (const { noun } of kinds) log.option(`--${noun} <id>`, `of one ${noun}`);
  onService(
    log
      .option('--actor <name>', 'caused by this actor')
      .option('--type <type>', 'of one type, like ModelDayFailed')
      .option('--correlation <id>', 'of one request, or one run of a model-day')
      .option('--since <moment>', 'recorded since: 2025-01-20T14:30:00Z, 2025-01-20, 30m, 12h, 7d, 2w')
      .addOption(new Option('--limit <count>', 'at most so many').argParser(wholeNumber))
      .addOption(
        new Option('--tail <count>', 'the last so many')
          .argParser(wholeNumber)
          .conflicts(['refused', 'limit']),
      )
      .option('--follow', 'go on with those that come, until Ctrl-C')
      .addOption(
        new Option('--refused', 'the commands that were refused, instead of the events').conflicts([
          'type',
          'follow',
        ]),
      ),
  )
    .addHelpText(
      'after',
      examples(`  daybook log --type ModelDayFailed --since 24h
  daybook log --tail 20 --follow
  daybook log --refused --limit 10`),
    )
    .action(async (options: LogOptions & Record<string, unknown>) => {
      const { showLog } = await import('./log-command.js');
      const kind = kinds.find(({ noun }) => options[noun] !== undefined);
      const stream = kind && { kind, id: String(options[kind.noun]) };
      await showLog(options, stream, targets, kinds);
    });

  onDatabase(
    program
      .command('verify')
      .description('check that the tables are what the events say, and the log what was signed')
      .addOption(
        new Option('--file <export>', 'check an exported file instead, without a database')
          .argParser(once)
          .conflicts('database'),
      )
      .addOption(
        new Option('--proof <file>', 'check one proof instead (a .tlog-proof), without a database')
          .argParser(once)
          .conflicts(['file', 'checkpoint', 'database']),
      )
      .option(
        '--checkpoint <file>',
        'an older checkpoint that the log must continue as well; may be given several times',
        name,
      )
      .option(
        '--key <key>',
        'the verifier key (<name>+<hash>+<base64>), or a file that holds it; more of them after the key was replaced',
        name,
      ),
  )
    .addHelpText(
      'after',
      examples(`  daybook verify
  daybook verify --checkpoint checkpoint-today --key daybook.key
  daybook verify --file log.ndjson.gz --key daybook/1f0e…+7a3b12cd+AbCd…`),
    )
    .action(async (options: VerifyOptions) => (await import('./verify-command.js')).verify(options, shell));

  onDatabase(
    program
      .command('export <file>')
      .description('write the log and its signed checkpoint to a file; compressed when its name ends in .gz')
      .option('--force', 'replace a file that is there'),
  )
    .addHelpText('after', examples(`  daybook export log.ndjson.gz`))
    .action(async (...given: [string, ExportOptions]) =>
      (await import('./export-command.js')).exportLog(given[0], given[1], shell),
    );

  onDatabase(
    program
      .command('accept-rollback')
      .description('let the log be signed again after a backup was put back; stop the service first')
      .requiredOption('--reason <text>', 'why: it is kept in the log')
      .option('--actor <name>', 'who accepts it; the user of the operating system by default'),
  )
    .addHelpText(
      'after',
      examples(`  daybook accept-rollback --reason "disk lost, backup of Monday restored"`),
    )
    .action(async (options: AcceptRollbackOptions) =>
      (await import('./accept-rollback-command.js')).acceptRollbackOf(options, shell),
    );

  addKeyCommands(program, shell);
}
