// Finds out whom a command speaks to. With --url it is that service. Without, it is the service that the settings
// name, if it answers and has the database that they name; when no service has that database, the command opens it.
import { existsSync } from 'node:fs';
import { originIn } from '../audit/signed-log.js';
import { environmentWithFile, readSettings, type Settings } from '../config.js';
import { afterCommands, DatabaseInUse, takeCommandLock } from '../database/sqlite/service-lock.js';
import { SqliteReader } from '../database/sqlite/sqlite-reader.js';
import { pause, systemRuntime } from '../runtime/runtime.js';
import type { DatabaseOption } from './cli-environment.js';
import { presenceAt, startedService, StartWait, type Presence } from './presence.js';
import { ServiceTarget } from './service-target.js';
import { NoAnswer, type Target } from './target.js';

export interface TargetOptions extends DatabaseOption {
  /** Of a service. */
  url?: string;
}

/** How long a service that has the database and does not listen may be starting or stopping, in milliseconds. */
const patienceMs = 3_000;
const lookMs = 100;

/**
 * For a command that changes something.
 * @throws Error that says which service or database could not be found, and what to do
 */
export async function openTarget(options: TargetOptions): Promise<Target> {
  if (options.url !== undefined) return startedService(new ServiceTarget(options.url));
  const settings = settingsFor(options);
  const endMs = systemRuntime.nowMs() + patienceMs;
  for (const wait = new StartWait(); ;) {
    const { service, starting, unknown } = await serviceFor(settings, options);
    if (service !== undefined) return service;
    mustExist(settings, options);
    // Loading it takes most of the time: meanwhile the database is free for a service that starts.
    const { openApartTarget } = await import('./apart-target.js');
    try {
      const path = settings.databasePath;
      const lock = await afterCommands(() => takeCommandLock(path), systemRuntime);
      return await openApartTarget(settings, lock);
    } catch (error) {
      if (!(error instanceof DatabaseInUse) || error.by === 'command') throw error;
      if (unknown !== undefined) throw nameless(settings, unknown);
      if (starting === undefined && systemRuntime.nowMs() >= endMs) throw silent(settings);
    }
    await (starting === undefined ? pause(systemRuntime, lookMs) : wait.pause(starting.name));
  }
}

/** For a command that only reads: a service, or the path of a database to read beside whoever has it. */
export async function findSource(options: TargetOptions): Promise<ServiceTarget | string> {
  if (options.url !== undefined) return startedService(new ServiceTarget(options.url));
  const settings = settingsFor(options);
  const { service } = await serviceFor(settings, options);
  if (service !== undefined) return service;
  mustExist(settings, options);
  return settings.databasePath;
}

function settingsFor({ database }: TargetOptions): Settings {
  const settings = readSettings(environmentWithFile(process.env));
  return database === undefined ? settings : { ...settings, databasePath: database };
}

/** Where a service with these settings listens; undefined when it takes any free port. */
function urlOf({ HOST: host, PORT: port }: Settings): string | undefined {
  if (port === 0) return undefined;
  const here: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const name = here[host] ?? host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * The service that the settings name, if it answers and is the one of this database. Whose database one that is
 * starting has, only the lock tells.
 */
async function serviceFor(
  settings: Settings,
  { database }: TargetOptions,
): Promise<{ service?: ServiceTarget; starting?: ServiceTarget; unknown?: ServiceTarget }> {
  const url = urlOf(settings);
  if (url === undefined) return {};
  const service = new ServiceTarget(url);
  const presence = await presenceAt(service).catch(absentIfSilent);
  if (presence.is === 'absent') return {};
  if (presence.is === 'starting') return { starting: service };
  const here = originAt(settings.databasePath);
  if (presence.is === 'service') {
    const isUnknown = here === undefined || presence.origin === undefined;
    if (isUnknown ? database === undefined : here === presence.origin) return { service };
  }
  if (database !== undefined)
    return presence.is === 'service' && presence.origin === undefined ? { unknown: service } : {};
  throw new Error(
    presence.is === 'service'
      ? `The service at ${url} serves another database than ${settings.databasePath}. Name the service with --url, or the database with --database.`
      : `What answers at ${url} is no Daybook service. Name the service with --url, or the database with --database.`,
  );
}

function absentIfSilent(error: unknown): Presence {
  if (error instanceof NoAnswer) return { is: 'absent' };
  throw error;
}

/** The name of the log in a database; undefined when there is no database, or no name yet. */
function originAt(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const reader = SqliteReader.open(path);
  try {
    return originIn(reader);
  } finally {
    reader.close();
  }
}

/** A command makes no database: a wrong folder would get a book that nobody serves. */
function mustExist(settings: Settings, { database }: TargetOptions): void {
  const path = settings.databasePath;
  if (existsSync(path)) return;
  if (database !== undefined) throw new Error(`There is no database ${path}.`);
  throw new Error(
    `No service answers${at(settings)}, and there is no database ${path}. Start a service with \`daybook serve\`, or name one with --url or --database.`,
  );
}

const silent = (settings: Settings): Error =>
  new Error(
    `A service is using ${settings.databasePath}, but none answers${at(settings)}. It may still be starting; or it listens elsewhere: then say where with --url.`,
  );

const nameless = (settings: Settings, { name }: ServiceTarget): Error =>
  new Error(
    `A service is using ${settings.databasePath}. The one at ${name} cannot tell which database it has; if it is that one, say so with --url ${name}.`,
  );

const at = (settings: Settings): string => {
  const url = urlOf(settings);
  return url === undefined ? ' (PORT=0 names no port)' : ` at ${url}`;
};
