// How a command ends: 0 done, 1 the answer is no, 2 it could not be done.
import { CommanderError } from 'commander';
import { oneLine } from './terminal.js';

export const exitStatus = `
Exit status:
  0   done, or the answer is yes
  1   the answer is no: refused, not there, differs, or the job ended as failed or partial
  2   it could not be done, or the command was written wrongly
`;

/** What is wrong with a request, as the service says it (RFC 9457). */
export interface ProblemDocument {
  status: number;
  detail: string;
  code?: string;
  errors?: readonly { pointer: string; detail: string }[];
}

/** The answer is no. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    message: string,
    /** When a service said so. */
    readonly problem?: ProblemDocument,
  ) {
    super(message);
  }
}

/** The options that fill in a field of a request. */
const options: Readonly<Record<string, string>> = {
  config_path: '--config',
  date_range: '--dates',
  start_date: '--from',
  end_date: '--to',
  models: '--models',
  reason: '--reason',
};

function fieldName(pointer: string): string {
  const [field = '', index] = pointer.split('/').slice(1);
  const name = options[field] ?? pointer;
  return index === undefined ? name : `${name}, number ${Number(index) + 1}`;
}

/** Tells what went wrong, on standard error; a refusal as JSON on standard output. Returns the exit status. */
export function tellError(error: unknown, asJson: boolean): number {
  // Commander has said already what is wrong; asked for help, it did what it was asked.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof Refused)) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  const { message, problem } = error;
  if (asJson) process.stdout.write(`${JSON.stringify(problem ?? { detail: message })}\n`);
  else {
    process.stderr.write(`${oneLine(message)}\n`);
    for (const { pointer, detail } of problem?.errors ?? [])
      process.stderr.write(`  ${oneLine(`${fieldName(pointer)}: ${detail}`)}\n`);
  }
  return 1;
}
