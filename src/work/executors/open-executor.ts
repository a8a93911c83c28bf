// Turns the executor setting into an executor, or says at the start why that cannot be.
import type { Runtime } from '../../runtime/runtime.js';
import { CommandExecutor, type EnvironmentWith } from './command-executor.js';
import type { Executor } from './executor.js';
import { findExecutor } from './find-executor.js';
import { loadFunction } from './load-function.js';
import { ModuleExecutor } from './module-executor.js';

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

/**
 * The executor that `setting` asks for; undefined for `none`. Throws UnusableExecutor, whose message says what is
 * wrong and what would be right.
 */
export const openExecutor = async (
  setting: string,
  options: OpenExecutorOptions,
): Promise<Executor | undefined> => {
  const { runtime, resultLimitBytes, killGraceMs = killGraceMsDefault, environmentWith } = options;
  const found = await findExecutor(setting, options.searchPath);
  switch (found.kind) {
    case 'none':
      return undefined;
    case 'module': {
      const work = await loadFunction(found.file, options.functionName);
      return new ModuleExecutor(work, { runtime, resultLimitBytes, abortGraceMs: killGraceMs });
    }
    case 'command':
      return new CommandExecutor(found.program, found.programArguments, {
        runtime,
        resultLimitBytes,
        killGraceMs,
        environmentWith,
      });
  }
};
