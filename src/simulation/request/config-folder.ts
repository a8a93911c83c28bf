// The only folder that a job's config may come from: what a request names is checked, and never leads out of it.
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { invalidRequest, Problem } from '../../http/problem.js';
import { isoDate, modelName } from './names.js';

/** What Daybook reads of a config; everything else in it is the executor's. */
const configShape = z.object({
  models: z.array(z.object({ signature: modelName, enabled: z.boolean().optional() })).optional(),
  date_range: z.object({ init_date: isoDate, end_date: isoDate }).optional(),
});

export interface JobConfig {
  /** With the folder's own name in front. */
  path: string;
  sha256: string;
  /** False for a default config that nobody wrote: it counts as an empty one. */
  isThere: boolean;
  /** Every model it lists; undefined when it lists none, and then any goes. */
  listedModels: readonly string[] | undefined;
  /** Those that run when a request names none. */
  enabledModels: readonly string[];
  dateRange: { start: string; end: string } | undefined;
}

/** A file that is wrong in every line is told of the first problems. */
const reportedMax = 20;

const defaultConfig = 'default_config.json';

/** A config is settings, not data. */
const configBytesMax = 1024 * 1024;

export class ConfigFolder {
  private readonly folder: string;
  private readonly name: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
    this.name = basename(this.folder);
  }

  /** Where a stored config path is on this machine. */
  absolute(configPath: string): string {
    return join(this.folder, this.within(configPath));
  }

  /**
   * @param configPath with or without the folder's own name in front
   * @throws Problem `invalid_request`, pointing at `/config_path`
   */
  async read(configPath: string): Promise<JobConfig> {
    const inside = this.within(configPath);
    if (!staysInside(configPath)) throw wrong(`must name a file inside of ${this.name}/`);
    const path = `${this.name}/${inside.split(sep).join('/')}`;
    const bytes = await this.bytesOf(inside, path);
    if (bytes === undefined) throw wrong(`there is no file ${path}`);
    return { ...this.understood(bytes, path), isThere: true };
  }

  /**
   * What goes for a request that names no config. Nobody has to write one: a missing file counts as `{}`.
   * @throws Problem as `read` does, for one that is there
   */
  async readDefault(): Promise<JobConfig> {
    const path = `${this.name}/${defaultConfig}`;
    const bytes = await this.bytesOf(defaultConfig, path);
    return { ...this.understood(bytes ?? Buffer.from('{}'), path), isThere: bytes !== undefined };
  }

  private understood(bytes: Buffer, path: string): Omit<JobConfig, 'isThere'> {
    const config = configShape.safeParse(parsed(bytes, path));
    if (!config.success) {
      const problems = config.error.issues
        .slice(0, reportedMax)
        .map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
      throw wrong(`${path} cannot be used: ${problems.join('; ')}`);
    }
    const { models, date_range: range } = config.data;
    return {
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      listedModels: models?.map(({ signature }) => signature),
      enabledModels: (models ?? [])
        .filter(({ enabled }) => enabled !== false)
        .map(({ signature }) => signature),
      dateRange: range && { start: range.init_date, end: range.end_date },
    };
  }

  private within(configPath: string): string {
    const path = normalize(configPath);
    return path.startsWith(this.name + sep) ? path.slice(this.name.length + 1) : path;
  }

  /** Undefined when there is no such file. */
  private async bytesOf(inside: string, path: string): Promise<Buffer | undefined> {
    try {
      const file = await realpath(join(this.folder, inside));
      if (leaves(relative(await realpath(this.folder), file)))
        throw wrong(`${path} leads out of ${this.name}/`);
      const { size, isFile } = await stat(file).then((stats) => ({
        size: stats.size,
        isFile: stats.isFile(),
      }));
      if (!isFile) throw wrong(`${path} is not a file`);
      if (size > configBytesMax) throw wrong(`${path} is larger than ${configBytesMax} bytes`);
      return await readFile(file);
    } catch (error) {
      if (error instanceof Problem) throw error;
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
      throw wrong(`${path} cannot be read (${code})`);
    }
  }
}

/** By its text: whether a link leads out is seen when the file is opened. */
export const staysInside = (configPath: string): boolean =>
  !configPath.includes('\0') && !leaves(normalize(configPath));

const leaves = (path: string): boolean => path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);

const wrong = (detail: string) => invalidRequest([{ pointer: '/config_path', detail }]);

function parsed(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw wrong(`${path} is not JSON`);
  }
}
