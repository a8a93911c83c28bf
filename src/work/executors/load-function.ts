// Finds the function that runs the work in somebody's ES module, or says what stands in the way.
import { pathToFileURL } from 'node:url';
import { errorFrom } from './error-from.js';
import type { WorkFunction } from './module-executor.js';
import { UnusableExecutor } from './unusable-executor.js';

const load = async (file: string): Promise<Record<string, unknown>> => {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (thrown) {
    throw new UnusableExecutor(`The module ${file} fails to load: ${errorFrom(thrown).message}`, {
      cause: thrown,
    });
  }
};

/** @param file the absolute path of a module. Throws UnusableExecutor. */
export const loadFunction = async (file: string, functionName: string): Promise<WorkFunction> => {
  const exported = await load(file);
  const work = exported[functionName];
  if (typeof work === 'function') return work as WorkFunction;
  const names = Object.keys(exported).join(', ') || 'nothing';
  const problem = work === undefined ? '' : `, and its ${functionName} is no function but a ${typeof work}`;
  throw new UnusableExecutor(
    `The module ${file} must export a function ${functionName}. It exports: ${names}${problem}.`,
  );
};
