// Reads the executor setting, and looks for what it names: said at the start, before anything of it is loaded or run.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgsStringToArgv } from 'string-argv';
import { findProgram } from './find-program.js';
import { UnusableExecutor } from './unusable-executor.js';

export type FoundExecutor =
  | { kind: 'none' }
  | { kind: 'module'; file: string }
  | { kind: 'command'; program: string; programArguments: readonly string[] };

/**
 * What `setting` asks for, with absolute paths.
 * @param searchPath where a command is looked for: the value of PATH
 * @throws UnusableExecutor, whose message says what is wrong and what would be right
 */
export const findExecutor = async (setting: string, searchPath: string): Promise<FoundExecutor> => {
  if (setting === 'none') return { kind: 'none' };
  const colon = setting.indexOf(':');
  const rest = setting.slice(colon + 1).trim();
  switch (setting.slice(0, Math.max(colon, 0))) {
    case 'module':
      return { kind: 'module', file: await findModule(rest) };
    case 'command':
      return findCommand(rest, searchPath);
    default:
      throw new UnusableExecutor(
        `There is no executor "${setting}": give none, module:<path> or command:<program and arguments>.`,
      );
  }
};

const findModule = async (path: string): Promise<string> => {
  if (path === '')
    throw new UnusableExecutor('There is no path after module: (module:<path of an ES module>).');
  const file = resolve(path);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new UnusableExecutor(`There is no file ${file}.`);
  if (!found.isFile()) throw new UnusableExecutor(`${file} is not a file: give the path of an ES module.`);
  return file;
};

const findCommand = async (command: string, searchPath: string): Promise<FoundExecutor> => {
  // The parser would take an unclosed quote to the end of the line, which is never what was meant.
  if (!/^(?:[^'"]|'[^']*'|"[^"]*")*$/.test(command)) {
    throw new UnusableExecutor(`A quote is not closed in the command: ${command}`);
  }
  const [program = '', ...programArguments] = parseArgsStringToArgv(command);
  if (program === '') {
    throw new UnusableExecutor('There is no program after command: (command:<program and arguments>).');
  }
  return { kind: 'command', program: await findProgram(program, searchPath), programArguments };
};
