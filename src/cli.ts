#!/usr/bin/env node
// The command `daybook`.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Command, InvalidArgumentError } from 'commander';
import { acceptRollbackOf, type AcceptRollbackOptions } from './cli/accept-rollback-command.js';
import { exportLog, type ExportOptions } from './cli/export-command.js';
import { showLog, type LogOptions } from './cli/log-command.js';
import { replay } from './cli/replay-command.js';
import { verify, type VerifyOptions } from './cli/verify-command.js';
import { serve } from './serve.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const program = new Command('daybook')
  .description('The book of long-running jobs: every model on every day, every step an event.')
  .version(version)
  .showHelpAfterError();

program
  .command('serve')
  .description('run the service; its settings are environment variables (README, "Settings")')
  .action(() => serve(process.env));

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

const onDatabase = (command: Command): Command =>
  command
    .option('--database <path>', 'the database file; the one of DATABASE_URL by default')
    .option('--json', 'print JSON, for scripts');

onDatabase(program.command('replay <job>'))
  .description("print a job's life event by event, with the state after each")
  .action((job: string, options: { database?: string; json?: boolean }) => replay(job, options));

onDatabase(program.command('log'))
  .description('print the events, filtered')
  .option('--job <id>', 'of one job')
  .option('--actor <name>', 'caused by this actor')
  .option('--type <type>', 'of one type, like ModelDayFailed')
  .option('--correlation <id>', 'of one request, or one run of a model-day')
  .option('--since <moment>', 'recorded since: 2025-01-20T14:30:00Z, 2025-01-20, 30m, 12h, 7d')
  .option('--limit <count>', 'at most so many', wholeNumber)
  .option('--refused', 'the commands that were refused, instead of the events')
  .action((options: LogOptions) => showLog(options));

onDatabase(program.command('export <file>'))
  .description('write the log and its signed checkpoint to a file; compressed when its name ends in .gz')
  .option('--force', 'replace a file that is there')
  .action((file: string, options: ExportOptions) => exportLog(file, options));

onDatabase(program.command('verify'))
  .description(
    'check that the tables are what the events say, and the log what was signed: exit status 0 yes, 1 no, 2 could not check',
  )
  .option('--file <export>', 'check an exported file instead, without a database')
  .option('--proof <file>', 'check one proof instead (a .tlog-proof), without a database')
  .option('--checkpoint <file>', 'an older checkpoint that the log must continue')
  .option('--key <key>', 'the verifier key (<name>+<hash>+<base64>), or a file that holds it')
  .action((options: VerifyOptions) => verify(options));

onDatabase(program.command('accept-rollback'))
  .description('let the log be signed again after a backup was put back; stop the service first')
  .requiredOption('--reason <text>', 'why: it is kept in the log')
  .option('--actor <name>', 'who accepts it; the user of the operating system by default')
  .action((options: AcceptRollbackOptions) => acceptRollbackOf(options));

// Whoever reads only the beginning (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
