// The settings: what the environment says, checked. All problems are reported at once, before anything opens.
import { z } from 'zod';
import { problemOfUrl, standardUrl } from './database/engines.js';
import { unusable, type Environment } from './environment.js';

/** One rule, said whole whichever part of it is broken. */
const wholeNumber = (min: number, max: number) =>
  z.string().transform((text, context) => {
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max) return number;
    context.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}` });
    return z.NEVER;
  });

const oneOf = <const Word extends string>(...words: Word[]) =>
  z.enum(words, { error: `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}` });

const databaseUrl = z.string().superRefine((url, context) => {
  const message = problemOfUrl(url);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const integer = (min: number, max: number, standard: number) => wholeNumber(min, max).default(standard);

const minute = 60_000;
const day = 24 * 60 * minute;

const hostNames = z
  .string()
  .regex(/^\s*[\w.-]+(\s*,\s*[\w.-]+)*\s*$/, 'must be host names without ports, separated by commas')
  .transform((names) => names.split(',').map((name) => name.trim()))
  .default([]);

const shape = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: integer(0, 65_535, 3000),
  ALLOWED_HOSTS: hostNames,
  MAX_CONNECTIONS: integer(1, 1_000_000, 4_096),
  DATABASE_URL: databaseUrl.default(standardUrl),
  CONFIG_DIR: z.string().min(1).default('configs'),
  EXECUTOR: z.string().default('none'),
  WORKER_CONCURRENCY: integer(1, 1_000, 4),
  MODEL_DAY_TIMEOUT_MS: integer(1, 20 * day, 5 * minute),
  MAX_ATTEMPTS: integer(1, 100, 3),
  RETRY_BASE_DELAY_MS: integer(0, day, 1_000),
  LEASE_MS: integer(10, day, minute),
  MAX_ACTIVE_JOBS: integer(1, 10_000, 1),
  MAX_MODEL_DAYS: integer(1, 1_000_000, 100_000),
  ON_RESTART: oneOf('fail', 'resume').default('fail'),
  RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  SHUTDOWN_GRACE_MS: integer(0, day, 30_000),
  BODY_LIMIT_BYTES: integer(1_024, 1_073_741_824, 4 * 1_048_576),
  RESULT_LIMIT_BYTES: integer(1, 1_073_741_824, 262_144),
  SIGNING_KEY_FILE: z.string().optional(),
  LOG_ORIGIN: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'must be 1 to 200 characters without spaces or plus signs')
    .optional(),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL, like http://localhost:4318' })
    .optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('daybook'),
  /** Where a command executor looks for its program. */
  PATH: z.string().default(''),
});

export type Settings = z.output<typeof shape>;

/**
 * @param environment as in `process.env`; an empty value counts as not given
 * @param found what is wrong with a setting beyond its text, by its name: whoever looked for what it names says it
 * @throws UnusableSettings with every setting that is wrong, and why
 */
export function readSettings(
  environment: Environment,
  found: Readonly<Record<string, string>> = {},
): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const settings = shape.safeParse(given);
  const issues = settings.error?.issues.map(({ path, message }) => [path.join('.'), message] as const) ?? [];
  const problems = [...issues, ...Object.entries(found)];
  if (settings.success && problems.length === 0) return settings.data;
  throw unusable(given, problems);
}
