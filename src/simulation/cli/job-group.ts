// The commands on jobs, as they are typed.
import { Option, type Command } from 'commander';
import { examples, name, names, onService, pageLength } from '../../cli/options.js';
import type { Targets } from '../../cli/targets.js';
import type { ChangeOptions, ReasonOptions, TriggerOptions } from './job-commands.js';
import type { ListOptions, StatusOptions } from './status-command.js';

/** By the field of a request, the option that fills it in. */
export const jobOptions = {
  config_path: '--config',
  date_range: '--dates',
  start_date: '--from',
  end_date: '--to',
  models: '--models',
  reason: '--reason',
};

export function addJobCommands(program: Command, targets: Targets): void {
  program.commandsGroup('Jobs:');

  onService(
    program
      .command('trigger')
      .description('ask for a job: each model on each date')
      .addOption(
        new Option('--dates <dates>', 'the dates, like 2025-01-16,2025-01-17')
          .argParser(names)
          .conflicts(['from', 'to']),
      )
      .option('--from <date>', 'every weekday from this date …')
      .option('--to <date>', '… to this one, both included')
      .addOption(new Option('--models <names>', 'the models, like gpt-5,claude-3.7-sonnet').argParser(names))
      .addOption(
        new Option('--model <name>', 'one model, also with a comma in its name; may be repeated').argParser(
          name,
        ),
      )
      .option(
        '--config <path>',
        'a config in CONFIG_DIR: it fills in what is not given (default: default_config.json)',
      )
      .option('--rerun', 'make a new job even when the same request is there already')
      .option('--watch', 'follow the job to its end'),
  )
    .addHelpText(
      'after',
      examples(`  daybook trigger --dates 2025-01-16,2025-01-17 --models gpt-5,claude-3.7-sonnet
  daybook trigger --from 2025-01-16 --to 2025-01-31 --config default_config.json --watch`),
    )
    .action(async (options: TriggerOptions) => (await import('./job-commands.js')).trigger(options, targets));

  onService(
    program
      .command('status [job]')
      .description('tell how far a job is (the newest one by default)')
      .option('--watch', 'follow it to its end: exit status 0 completed, 1 partial or failed'),
  )
    .addHelpText(
      'after',
      examples(`  daybook status                        the newest job
  daybook status 550e --watch           a job by the beginning of its id, until it ends
  daybook status --watch --json | jq    each change as a line of JSON`),
    )
    .action(async (...given: [string | undefined, StatusOptions]) =>
      (await import('./status-command.js')).status(given[0], given[1], targets),
    );

  onService(
    program
      .command('jobs')
      .description('list the jobs, newest first')
      .addOption(
        new Option('--status <status>', 'those with this status').choices([
          'pending',
          'running',
          'completed',
          'partial',
          'failed',
        ]),
      )
      .addOption(
        new Option('--limit <count>', 'at most so many, up to 1000').argParser(pageLength).default(20),
      ),
  )
    .addHelpText('after', examples(`  daybook jobs --status failed --limit 5`))
    .action(async (options: ListOptions) => (await import('./status-command.js')).listJobs(options, targets));

  onService(
    program
      .command('cancel <job>')
      .description('end a job: what has not ended fails as cancelled')
      .option('--reason <text>', 'kept with the job'),
  )
    .addHelpText('after', examples(`  daybook cancel 550e --reason "wrong dates"`))
    .action(async (...given: [string, ReasonOptions]) =>
      (await import('./job-commands.js')).cancel(given[0], given[1], targets),
    );

  onService(
    program
      .command('retry <job>')
      .description('try once more what failed in a job that has ended')
      .option('--reason <text>', 'kept with the job'),
  )
    .addHelpText('after', examples(`  daybook retry 550e`))
    .action(async (...given: [string, ReasonOptions]) =>
      (await import('./job-commands.js')).retry(given[0], given[1], targets),
    );

  onService(
    program
      .command('remove <job>')
      .description('take a job that has ended out of the tables; its events stay'),
  )
    .addHelpText('after', examples(`  daybook remove 550e`))
    .action(async (...given: [string, ChangeOptions]) =>
      (await import('./job-commands.js')).remove(given[0], given[1], targets),
    );
}
