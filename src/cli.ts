#!/usr/bin/env node
// The command `daybook`: which commands and options there are. What a command needs is loaded when it runs, so that
// help, and every small command, comes at once.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { DatabaseOption } from './cli/cli-environment.js';
import type { TriggerOptions } from './cli/job-commands.js';
import type { LogOptions } from './cli/log-command.js';
import { exitStatus, tellError } from './cli/outcome.js';
import type { VerifyOptions } from './cli/verify-command.js';

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

/** @throws InvalidArgumentError, which commander tells with the name of the option */
function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(text);
}

function pageLength(text: string): number {
  const count = wholeNumber(text);
  if (count > 1_000) throw new InvalidArgumentError('It must be at most 1000.');
  return count;
}

/** May be given several times, and with several names each. */
const names = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text.split(',').map((name) => name.trim()),
];

const name = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** Options that several commands have stand below their own. */
const shared = (command: Command, ...options: Option[]): Command => {
  for (const option of options) command.addOption(option.helpGroup('Where and how:'));
  return command;
};

const onDatabase = (command: Command): Command =>
  shared(
    command,
    new Option('--database <path>', 'the database file; the one of DATABASE_URL by default'),
    new Option('--json', 'print JSON, for scripts'),
  );

const onService = (command: Command): Command =>
  onDatabase(
    shared(
      command,
      new Option('--url <url>', 'the service; by default the one of HOST and PORT, if one runs there'),
    ),
  );

const examples = (lines: string): string => `\nExamples:\n${lines}\n${exitStatus}`;

program.commandsGroup('Service:');

program
  .command('serve')
  .description('run the service; its settings are environment variables (README, "Settings")')
  .action(async () => (await import('./serve.js')).serve(process.env));

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
  .action(async (options: TriggerOptions) => (await import('./cli/job-commands.js')).trigger(options));

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
  .action(async (...given: [string | undefined, { watch?: boolean }]) =>
    (await import('./cli/status-command.js')).status(given[0], given[1]),
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
  .action(async (options: { limit: number }) => (await import('./cli/status-command.js')).listJobs(options));

onService(
  program
    .command('cancel <job>')
    .description('end a job: what has not ended fails as cancelled')
    .option('--reason <text>', 'kept with the job'),
)
  .addHelpText('after', examples(`  daybook cancel 550e --reason "wrong dates"`))
  .action(async (...given: [string, { reason?: string }]) =>
    (await import('./cli/job-commands.js')).cancel(given[0], given[1]),
  );

onService(
  program
    .command('retry <job>')
    .description('try once more what failed in a job that has ended')
    .option('--reason <text>', 'kept with the job'),
)
  .addHelpText('after', examples(`  daybook retry 550e`))
  .action(async (...given: [string, { reason?: string }]) =>
    (await import('./cli/job-commands.js')).retry(given[0], given[1]),
  );

onService(
  program.command('remove <job>').description('take a job that has ended out of the tables; its events stay'),
)
  .addHelpText('after', examples(`  daybook remove 550e`))
  .action(async (...given: [string, object]) =>
    (await import('./cli/job-commands.js')).remove(given[0], given[1]),
  );

program.commandsGroup('History:');

onDatabase(
  program
    .command('log')
    .description('print the events, filtered')
    .option('--job <id>', 'of one job')
    .option('--actor <name>', 'caused by this actor')
    .option('--type <type>', 'of one type, like ModelDayFailed')
    .option('--since <moment>', 'recorded since: 2025-01-20T14:30:00Z, 2025-01-20, 30m, 12h, 7d')
    .addOption(new Option('--limit <count>', 'at most so many').argParser(wholeNumber))
    .option('--refused', 'the commands that were refused, instead of the events'),
)
  .addHelpText(
    'after',
    examples(`  daybook log --type ModelDayFailed --since 24h
  daybook log --refused --limit 10`),
  )
  .action(async (options: LogOptions) => (await import('./cli/log-command.js')).showLog(options));

onDatabase(
  program.command('replay <job>').description("print a job's life event by event, with the state after each"),
)
  .addHelpText('after', examples(`  daybook replay 550e`))
  .action(async (...given: [string, DatabaseOption & { json?: boolean }]) =>
    (await import('./cli/replay-command.js')).replay(given[0], given[1]),
  );

onDatabase(
  program
    .command('verify')
    .description('check that the tables are what the events say, and the log what was signed')
    .option('--file <export>', 'check an exported file instead, without a database')
    .option('--proof <file>', 'check one proof instead (a .tlog-proof), without a database')
    .option('--checkpoint <file>', 'an older checkpoint that the log must continue')
    .option('--key <key>', 'the verifier key (<name>+<hash>+<base64>), or a file that holds it'),
)
  .addHelpText(
    'after',
    examples(`  daybook verify
  daybook verify --file log.ndjson.gz --key daybook/1f0e…+7a3b12cd+AbCd…`),
  )
  .action(async (options: VerifyOptions) => (await import('./cli/verify-command.js')).verify(options));

onDatabase(
  program
    .command('export <file>')
    .description('write the log and its signed checkpoint to a file; compressed when its name ends in .gz'),
)
  .addHelpText('after', examples(`  daybook export log.ndjson.gz`))
  .action(async (...given: [string, DatabaseOption]) =>
    (await import('./cli/export-command.js')).exportLog(given[0], given[1]),
  );

// Whoever reads only the beginning (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = tellError(error, wantsJson);
}
