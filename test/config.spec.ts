import { mkdirSync, symlinkSync } from 'node:fs';
import { readSettings } from '../src/config.js';
import { environmentWithFile, UnusableSettings } from '../src/environment.js';
import { workplace } from './support/workplace.js';

const defaults = {
  HOST: '127.0.0.1',
  PORT: 3000,
  DATABASE_URL: 'sqlite:data/jobs.db',
  CONFIG_DIR: 'configs',
  EXECUTOR: 'none',
  WORKER_CONCURRENCY: 4,
  MODEL_DAY_TIMEOUT_MS: 300_000,
  MAX_ATTEMPTS: 3,
  RETRY_BASE_DELAY_MS: 1_000,
  LEASE_MS: 60_000,
  MAX_ACTIVE_JOBS: 1,
  MAX_MODEL_DAYS: 100_000,
  ON_RESTART: 'fail',
  SHUTDOWN_GRACE_MS: 30_000,
  BODY_LIMIT_BYTES: 4_194_304,
  RESULT_LIMIT_BYTES: 262_144,
  LOG_LEVEL: 'info',
  OTEL_SERVICE_NAME: 'daybook',
};

/** What is said about settings that cannot be used, line by line, without the first. */
function problems(environment: Record<string, string>): string[] {
  try {
    readSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(UnusableSettings);
    return (error as Error).message.split('\n').slice(1);
  }
  return [];
}

describe('the settings', () => {
  it('have defaults', () => {
    expect(readSettings({})).toMatchObject(defaults);
    expect(readSettings({}).OTEL_EXPORTER_OTLP_ENDPOINT).toBeUndefined();
  });

  it('are read from the environment', () => {
    expect(
      readSettings({
        PORT: '0',
        DATABASE_URL: 'sqlite:/var/lib/daybook/jobs.db',
        ON_RESTART: 'resume',
        MAX_ATTEMPTS: '007',
        UNKNOWN: 'is not ours',
      }),
    ).toMatchObject({
      ...defaults,
      PORT: 0,
      DATABASE_URL: 'sqlite:/var/lib/daybook/jobs.db',
      ON_RESTART: 'resume',
      MAX_ATTEMPTS: 7,
    });
  });

  it('keep jobs for ever unless a retention is given', () => {
    expect(readSettings({}).RETENTION_DAYS).toBeUndefined();
    expect(readSettings({ RETENTION_DAYS: '' }).RETENTION_DAYS).toBeUndefined();
    expect(readSettings({ RETENTION_DAYS: '30' }).RETENTION_DAYS).toBe(30);
  });

  it('count as not given when they are empty', () => {
    const empty = Object.fromEntries(Object.keys(defaults).map((name) => [name, '']));
    expect(readSettings(empty)).toMatchObject(defaults);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://localhost:4317'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', '0x10'],
    ['PORT', ' 3000'],
    ['PORT', 'http'],
    ['DATABASE_URL', 'data/jobs.db'],
    ['DATABASE_URL', 'sqlite:'],
    ['DATABASE_URL', 'mysql://localhost/jobs'],
    ['WORKER_CONCURRENCY', '0'],
    ['MODEL_DAY_TIMEOUT_MS', '0'],
    ['MODEL_DAY_TIMEOUT_MS', '1e9'],
    ['MAX_ATTEMPTS', '0'],
    ['RETRY_BASE_DELAY_MS', '-1'],
    ['LEASE_MS', '0'],
    ['MAX_ACTIVE_JOBS', '0'],
    ['MAX_MODEL_DAYS', '0'],
    ['ON_RESTART', 'retry'],
    ['ON_RESTART', 'FAIL'],
    ['RETENTION_DAYS', '0'],
    ['RETENTION_DAYS', '30d'],
    ['SHUTDOWN_GRACE_MS', 'soon'],
    ['BODY_LIMIT_BYTES', '4MB'],
    ['RESULT_LIMIT_BYTES', '99999999999999999999'],
    ['LOG_ORIGIN', 'two words'],
    ['LOG_LEVEL', 'verbose'],
  ])('cannot be %s=%s', (name, value) => {
    expect(problems({ [name]: value })).toEqual([expect.stringContaining(`${name}=${value}: `)]);
  });

  it('say the whole rule that is broken, whichever part of it', () => {
    const rule = 'must be a whole number from 10 to 86400000';
    for (const value of ['-1', '9', '86400001', '1.5', 'soon'])
      expect(problems({ LEASE_MS: value })).toEqual([`  LEASE_MS=${value}: ${rule}`]);
    expect(problems({ ON_RESTART: 'retry' })).toEqual(['  ON_RESTART=retry: must be fail or resume']);
  });

  it('are reported together with what whoever looked has found', () => {
    const found = { EXECUTOR: 'There is no file nowhere.js.' };
    expect(() => readSettings({ EXECUTOR: 'module:nowhere.js', PORT: 'x' }, found)).toThrow(
      /PORT=x: must be a whole number from 0 to 65535\n {2}EXECUTOR=module:nowhere.js: There is no file/,
    );
    expect(() => readSettings({ EXECUTOR: 'module:nowhere.js' }, found)).toThrow(UnusableSettings);
  });

  it('are reported all at once when they are wrong', () => {
    const wrong = { PORT: 'x', DATABASE_URL: 'x', MAX_ATTEMPTS: '0', ON_RESTART: 'x', LOG_LEVEL: 'x' };
    const lines = problems({ ...wrong, HOST: '0.0.0.0' });
    expect(lines).toHaveLength(5);
    for (const name of Object.keys(wrong)) {
      expect(lines).toContainEqual(expect.stringContaining(`${name}=`));
    }
  });

  it('show no password when they are wrong', () => {
    const [line] = problems({ DATABASE_URL: 'mysql://daybook:hunter2@localhost/jobs' });
    expect(line).toContain('DATABASE_URL=mysql://');
    expect(line).not.toContain('hunter2');
  });
});

describe('the file .env', () => {
  const place = workplace();
  const before = process.cwd();

  /** The environment as a service that starts in a folder of its own would see it. */
  function environmentIn(folder: string, environment: NodeJS.ProcessEnv = {}) {
    process.chdir(place.path(folder));
    try {
      return environmentWithFile(environment);
    } finally {
      process.chdir(before);
    }
  }

  it('gives what the environment does not', () => {
    place.write(
      'both/.env',
      '# For development\nPORT=4000\nHOST="0.0.0.0" # everywhere\nEXECUTOR=\'command:node a b\'\n',
    );
    const environment = environmentIn('both', { PORT: '5000', HOME: '/home/me' });
    expect(environment).toEqual({
      PORT: '5000',
      HOST: '0.0.0.0',
      EXECUTOR: 'command:node a b',
      HOME: '/home/me',
    });
    expect(readSettings(environment)).toMatchObject({ PORT: 5000, HOST: '0.0.0.0' });
  });

  it('is checked like the environment', () => {
    place.write('wrong/.env', 'PORT=none\nMAX_ATTEMPTS=0\n');
    expect(problems(environmentIn('wrong') as Record<string, string>)).toHaveLength(2);
  });

  it('need not be there', () => {
    mkdirSync(place.path('nothing'));
    expect(environmentIn('nothing', { PORT: '1' })).toEqual({ PORT: '1' });
  });

  it('may be a folder, which is not ours', () => {
    mkdirSync(place.path('folder', '.env'), { recursive: true });
    expect(environmentIn('folder', { PORT: '1' })).toEqual({ PORT: '1' });
  });

  it('that cannot be read is no reason to go on without it', () => {
    // A link to itself: not even an administrator can read it.
    mkdirSync(place.path('circle'));
    symlinkSync('.env', place.path('circle', '.env'));
    expect(() => environmentIn('circle')).toThrow(UnusableSettings);
  });
});
