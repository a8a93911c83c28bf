// The settings: the only place that reads the environment. All problems are reported at once, before anything opens.
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { problemOfUrl, standardUrl } from './database/engines.js';

const wholeNumber = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(min).max(max));

const integer = (min: number, max: number, standard: number) => wholeNumber(min, max).default(standard);

const minute = 60_000;
const day = 24 * 60 * minute;

const databaseUrl = z
  .string()
  .superRefine((url, context) => {
    const message = problemOfUrl(url);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .default(standardUrl);

const shape = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: integer(0, 65_535, 3000),
  DATABASE_URL: databaseUrl,
  CONFIG_DIR: z.string().min(1).default('configs'),
  EXECUTOR: z.string().default('none'),
  WORKER_CONCURRENCY: integer(1, 1_000, 4),
  MODEL_DAY_TIMEOUT_MS: integer(1, 20 * day, 5 * minute),
  MAX_ATTEMPTS: integer(1, 100, 3),
  RETRY_BASE_DELAY_MS: integer(0, day, 1_000),
  LEASE_MS: integer(10, day, minute),
  MAX_ACTIVE_JOBS: integer(1, 10_000, 1),
  MAX_MODEL_DAYS: integer(1, 1_000_000, 100_000),
  ON_RESTART: z.enum(['fail', 'resume']).default('fail'),
  RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  SHUTDOWN_GRACE_MS: integer(0, day, 30_000),
  BODY_LIMIT_BYTES: integer(1_024, 1_073_741_824, 4 * 1_048_576),
  RESULT_LIMIT_BYTES: integer(1, 1_073_741_824, 262_144),
  SIGNING_KEY_FILE: z.string().optional(),
  LOG_ORIGIN: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'must be 1 to 200 characters without spaces and plus signs')
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be a URL, like http://localhost:4318' })
    .optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('daybook'),
  /** Where a command executor looks for its program. */
  PATH: z.string().default(''),
});

export type Settings = z.output<typeof shape>;

export class UnusableSettings extends Error {
  override readonly name = 'UnusableSettings';
}

/**
 * @param environment as in `process.env`; an empty value counts as not given
 * @throws UnusableSettings with every setting that is wrong, and why
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const settings = shape.safeParse(given);
  if (settings.success) return settings.data;
  const problems = settings.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return `  ${name}=${withoutPassword(given[name] ?? '')}: ${message}`;
  });
  throw new UnusableSettings(`These settings cannot be used:\n${problems.join('\n')}`);
}

/** What is reported ends in logs. */
const withoutPassword = (value: string): string => value.replace(/\/\/[^@/]*@/, '//…@');

/** What a program that the service starts finds in its environment: all that the service has, and more. */
export const environmentWith = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...more,
});

/**
 * What a `.env` file in the current folder says, below what the environment says.
 * @throws UnusableSettings when there is one that cannot be read
 */
export function environmentWithFile(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
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
