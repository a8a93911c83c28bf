// Finds a program as a shell would, before the first piece of work needs it.
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import { UnusableExecutor } from './unusable-executor.js';

const isFile = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
};

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/**
 * The absolute path of `program`: a word with a slash is a path, relative to the working directory; another is
 * looked for in the folders of `searchPath` (the form of PATH). Throws UnusableExecutor.
 */
export const findProgram = async (program: string, searchPath: string): Promise<string> => {
  const isPath = program.includes('/');
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  const candidates = isPath ? [resolve(program)] : folders.map((folder) => resolve(folder, program));
  let notExecutable: string | undefined;
  for (const candidate of candidates) {
    if (!(await isFile(candidate))) continue;
    if (await isExecutable(candidate)) return candidate;
    notExecutable ??= candidate;
  }
  if (notExecutable !== undefined) {
    throw new UnusableExecutor(
      `${notExecutable} is not executable: chmod +x it, or name its interpreter first.`,
    );
  }
  throw new UnusableExecutor(
    isPath
      ? `There is no program ${resolve(program)}.`
      : `There is no program ${program} on the PATH (${searchPath}): install it or give its path.`,
  );
};
