// Finds the function that runs the work in somebody's ES module, or says what stands in the way.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorFrom } from './error-from.js';
import type { WorkFunction } from './module-executor.js';
import { UnusableExecutor } from './unusable-executor.js';

const load = async (file: string): Promise<Record<string, unknown>> => {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new UnusableExecutor(`There is no file ${file}.`);
  if (!found.isFile()) throw new UnusableExecutor(`${file} is not a file: give the path of an ES module.`);
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (thrown) {
    throw new UnusableExecutor(`The module ${file} fails to load: ${errorFrom(thrown).message}`, {
      cause: thrown,
    });
  }
};

/** Imports the module at `path`, absolute or relative to the working directory. Throws UnusableExecutor. */
export const loadFunction = async (path: string, functionName: string): Promise<WorkFunction> => {
  const file = resolve(path);
  const exported = await load(file);
  const work = exported[functionName];
  if (typeof work === 'function') return work as WorkFunction;
  const names = Object.keys(exported).join(', ') || 'nothing';
  const problem = work === undefined ? '' : `, and its ${functionName} is no function but a ${typeof work}`;
  throw new UnusableExecutor(
    `The module ${file} must export a function ${functionName}. It exports: ${names}${problem}.`,
  );
};
