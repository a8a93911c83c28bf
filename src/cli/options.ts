// The options that several commands have, and how what is typed becomes a value.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { exitStatus } from './exit-status.js';

/** @throws InvalidArgumentError, which commander tells with the name of the option */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(text);
}

export function pageLength(text: string): number {
  const count = wholeNumber(text);
  if (count > 1_000) throw new InvalidArgumentError('It must be at most 1000.');
  return count;
}

/** May be given several times, and with several names each. */
export const names = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text.split(',').map((name) => name.trim()),
];

/** Of two, only the last would be looked at. @throws InvalidArgumentError */
export function once(text: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('It can be given once.');
  return text;
}

export const name = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** Options that several commands have stand below their own. */
const shared = (command: Command, ...options: Option[]): Command => {
  for (const option of options) command.addOption(option.helpGroup('Where and how:'));
  return command;
};

export const onDatabase = (command: Command): Command =>
  shared(
    command,
    new Option('--database <path>', 'the database file; the one of DATABASE_URL by default'),
    new Option('--json', 'print JSON, for scripts'),
  );

export const onService = (command: Command): Command =>
  onDatabase(
    shared(
      command,
      new Option('--url <url>', 'the service; by default the one that has the database, if one runs'),
    ),
  );

export const examples = (lines: string): string => `\nExamples:\n${lines}\n${exitStatus}`;
