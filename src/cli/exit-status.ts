// How a command ends: 0 done, 1 the answer is no, 2 it could not be done.
import { CommanderError } from 'commander';
import { isRefusal } from '../runtime/refusal.js';
import { Interrupted, type Shell } from './shell.js';
import { oneLine } from './terminal.js';

export const exitStatus = `
Exit status:
  0   done, or the answer is yes
  1   the answer is no: refused, not there, differs, or the job ended as failed or partial
  2   it could not be done, or the command was written wrongly
`;

/** By the field of a request, the option that fills it in. */
export type OptionOfField = Readonly<Record<string, string>>;

function fieldName(pointer: string, options: OptionOfField): string {
  const [field = '', index] = pointer.split('/').slice(1);
  const name = options[field] ?? pointer;
  return index === undefined ? name : `${name}, number ${Number(index) + 1}`;
}

/** Tells what went wrong, on standard error; a refusal as JSON on standard output. Returns the exit status. */
export function tellError(
  error: unknown,
  { asJson, shell, options }: { asJson: boolean; shell: Shell; options: OptionOfField },
): number {
  // Commander has said already what is wrong; asked for help, it did what it was asked.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Interrupted) return 130;
  if (!isRefusal(error)) {
    shell.tell(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const { code, message: detail, facts } = error;
  if (asJson) shell.print(JSON.stringify({ ...facts, code, detail }));
  else {
    shell.tell(oneLine(detail));
    for (const wrong of wrongFields(facts['errors'], options)) shell.tell(`  ${oneLine(wrong)}`);
  }
  return 1;
}

const wrongFields = (errors: unknown, options: OptionOfField): string[] =>
  ((errors ?? []) as { pointer: string; detail: string }[]).map(
    ({ pointer, detail }) => `${fieldName(pointer, options)}: ${detail}`,
  );
