// Turns the executor setting into an executor, or says at the start why that cannot be.
import { parseArgsStringToArgv } from 'string-argv';
import type { Runtime } from '../../runtime/runtime.js';
import { CommandExecutor, type EnvironmentWith } from './command-executor.js';
import type { Executor } from './executor.js';
import { findProgram } from './find-program.js';
import { loadFunction } from './load-function.js';
import { ModuleExecutor } from './module-executor.js';
import { UnusableExecutor } from './unusable-executor.js';

/** Between SIGTERM and SIGKILL. */
export const killGraceMsDefault = 5_000;

export interface OpenExecutorOptions {
  runtime: Runtime;
  /** The exported function that a `module:` executor calls. */
  functionName: string;
  /** Where a `command:` executor looks for its program: the value of PATH. */
  searchPath: string;
  /** The longest result, in bytes of JSON. */
  resultLimitBytes: number;
  /** Milliseconds that work has to end by itself after an abort; 5,000 when not given. */
  killGraceMs?: number;
  /** For a `command:` executor: see there. */
  environmentWith?: EnvironmentWith;
}

const openModule = async (path: string, options: OpenExecutorOptions): Promise<Executor> => {
  if (path === '')
    throw new UnusableExecutor('There is no path after module: (module:<path of an ES module>).');
  const { runtime, resultLimitBytes, killGraceMs = killGraceMsDefault } = options;
  const work = await loadFunction(path, options.functionName);
  return new ModuleExecutor(work, { runtime, resultLimitBytes, abortGraceMs: killGraceMs });
};

const openCommand = async (command: string, options: OpenExecutorOptions): Promise<Executor> => {
  // The parser would take an unclosed quote to the end of the line, which is never what was meant.
  if (!/^(?:[^'"]|'[^']*'|"[^"]*")*$/.test(command)) {
    throw new UnusableExecutor(`A quote is not closed in the command: ${command}`);
  }
  const [program = '', ...programArguments] = parseArgsStringToArgv(command);
  if (program === '') {
    throw new UnusableExecutor('There is no program after command: (command:<program and arguments>).');
  }
  const { runtime, resultLimitBytes, killGraceMs = killGraceMsDefault } = options;
  const found = await findProgram(program, options.searchPath);
  const { environmentWith } = options;
  return new CommandExecutor(found, programArguments, {
    runtime,
    resultLimitBytes,
    killGraceMs,
    environmentWith,
  });
};

/**
 * The executor that `setting` asks for; undefined for `none`. Throws UnusableExecutor, whose message says what is
 * wrong and what would be right.
 */
export const openExecutor = async (
  setting: string,
  options: OpenExecutorOptions,
): Promise<Executor | undefined> => {
  if (setting === 'none') return undefined;
  const colon = setting.indexOf(':');
  const rest = setting.slice(colon + 1).trim();
  switch (setting.slice(0, Math.max(colon, 0))) {
    case 'module':
      return openModule(rest, options);
    case 'command':
      return openCommand(rest, options);
    default:
      throw new UnusableExecutor(
        `There is no executor "${setting}": give none, module:<path> or command:<program and arguments>.`,
      );
  }
};
