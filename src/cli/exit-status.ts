// How a command ends: 0 done, 1 the answer is no, 2 it could not be done.
import { CommanderError } from 'commander';
import { isRefusal } from '../runtime/refusal.js';
import { Interrupted, type Shell } from './shell.js';
import { oneLine } from './terminal.js';
import { sentenceOf } from './trouble.js';

export const exitStatus = `
Exit status:
  0   done, or the answer is yes
  1   the answer is no: refused, not there, differs, or the job ended as failed or partial
  2   it could not be done, or the command was written wrongly
`;

/** By the field of a request, the option that fills it in. */
export type OptionOfField = Readonly<Record<string, string>>;

/** Tells what went wrong, on standard error; a refusal as JSON on standard output. Returns the exit status. */
export function tellError(
  error: unknown,
  { asJson, shell, options, command }: Telling & { asJson: boolean; shell: Shell },
): number {
  // Commander has said already what is wrong; asked for help, it did what it was asked.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Interrupted) return 130;
  if (!isRefusal(error)) {
    shell.tell(sentenceOf(error));
    return 2;
  }
  const { code, message: detail, facts } = error;
  // The command was written wrongly: the answer to a right one is not known.
  const isWrong = code === 'invalid_request';
  if (asJson) shell.print(JSON.stringify({ ...facts, code, detail }));
  else {
    const wrong = (facts['errors'] ?? []) as WrongField[];
    const lines = isWrong && wrong.length > 0 ? usageLines(wrong, { options, command }) : [detail];
    for (const line of lines) shell.tell(oneLine(line));
  }
  return isWrong ? 2 : 1;
}

interface Telling {
  options: OptionOfField;
  /** The name of the command. */
  command: string;
}

interface WrongField {
  pointer: string;
  detail: string;
}

/** As commander tells it: in the words in which the command was typed. */
const usageLines = (wrong: readonly WrongField[], { options, command }: Telling): string[] => [
  ...wrong.map(
    ({ pointer, detail }) => `error: ${fieldName(pointer, options)} ${inOptions(detail, options)}`,
  ),
  usageHint(command),
];

/** @param command its name, or a place for one */
export const usageHint = (command: string): string => `(daybook help ${command} tells how it is written)`;

function fieldName(pointer: string, options: OptionOfField): string {
  const [field = '', index] = pointer.split('/').slice(1);
  const name = options[field] ?? pointer;
  return index === undefined ? name : `${name}, number ${Number(index) + 1},`;
}

/** The other fields that a sentence names. A field of one word may be a plain word of the sentence, and stays. */
const inOptions = (detail: string, options: OptionOfField): string =>
  detail.replaceAll(/\b[a-z]+(_[a-z]+)+\b/g, (word) => options[word] ?? word);
