// What the process was told from outside: its environment, and the file `.env`. What that means is config.ts's to say.
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** As in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export class UnusableSettings extends Error {
  override readonly name = 'UnusableSettings';
}

/** @param problems what is wrong with each setting, by its name; no password in its value is told: what is reported ends in logs */
export function unusable(
  given: Environment,
  problems: readonly (readonly [name: string, message: string])[],
): UnusableSettings {
  const lines = problems.map(([name, message]) => {
    const value = (given[name] ?? '').replace(/\/\/[^@/]*@/, '//…@');
    return `  ${name}=${value}: ${message}`;
  });
  return new UnusableSettings(`These settings cannot be used:\n${lines.join('\n')}`);
}

/** What a program that the service starts finds in its environment: all that the service has, and more. */
export const environmentWith = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...more,
});

/**
 * What a `.env` file in the current folder says, below what the environment says.
 * @throws UnusableSettings when there is one that cannot be read
 */
export function environmentWithFile(environment: Environment): Record<string, string | undefined> {
  let text: string;
  try {
    text = readFileSync('.env', 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder of that name belongs to other tools.
    if (code === 'ENOENT' || code === 'EISDIR') return { ...environment };
    throw new UnusableSettings(`The file .env cannot be read: ${String(error)}`);
  }
  return { ...parseEnv(text), ...environment };
}
