// `daybook restore <file>`: puts a backup in the place of the database, which is kept.
import { existsSync } from 'node:fs';
import { newestCheckpoint, originIn } from '../audit/signed-log.js';
import { tilesPathOf } from '../database/sqlite/tile-database.js';
import { Database } from '../database/database.js';
import { Replacement } from '../database/sqlite/replacement.js';
import { SqliteReader } from '../database/sqlite/sqlite-reader.js';
import { Log } from '../event-store/log.js';
import { systemRuntime } from '../runtime/runtime.js';
import { migrationsOf } from '../application.js';
import { kinds } from '../kinds.js';
import { databasePath, keyFileOf, print, type DatabaseOption } from './cli-environment.js';
import { verifyDatabase } from './verify-database.js';
import { tellVerification } from './verify-report.js';

export interface RestoreOptions extends DatabaseOption {
  json?: boolean;
}

/** Exit status: 0 when it is restored; 1 when the backup does not verify, and nothing was changed. */
export async function restore(file: string, options: RestoreOptions): Promise<void> {
  const path = databasePath(options);
  const keyFile = keyFileOf(options);
  const replacement = Replacement.begin(path, systemRuntime);
  const giveUp = (): void => {
    replacement.end();
    process.exit(130);
  };
  try {
    replacement.take(file, migrationsOf(kinds));
    // Not before: nothing is heard while SQLite copies, and a process that does not end at Ctrl-C gets killed anyway.
    process.on('SIGINT', giveUp).on('SIGTERM', giveUp);
    // The service would do it at its start; what is checked must be what it will find.
    await (
      await Database.open({
        path: replacement.path,
        migrations: migrationsOf(kinds),
        entities: [],
        runtime: systemRuntime,
      })
    ).close();
    refuseOtherLog(replacement.path, path);
    const verification = await verifyDatabase({ path: replacement.path, keyFile, copyOf: path });
    if (!verification.ok) {
      process.exitCode = 1;
      if (options.json === true) print(JSON.stringify({ ok: false, verification }));
      else {
        tellVerification(verification);
        print(`Nothing was changed: ${file} is not what its events say.`);
      }
      return;
    }
    const found = look(replacement.path, keyFile);
    const kept = replacement.finish([tilesPathOf(path)]);
    if (options.json === true)
      print(JSON.stringify({ ok: true, database: path, kept: kept ?? null, ...found }));
    else tell(path, kept, keyFile, found);
  } finally {
    process.off('SIGINT', giveUp).off('SIGTERM', giveUp);
    replacement.end();
  }
}

interface Found {
  events: number;
  /** How many events the newest checkpoint covers that was signed of this log; null when none is known. */
  signed: number | null;
}

function look(path: string, keyFile: string): Found {
  return reading(path, (reader) => {
    const [checkpoint] = newestCheckpoint(keyFile, originIn(reader));
    return { events: new Log(reader).end(), signed: checkpoint?.size ?? null };
  });
}

function tell(path: string, kept: string | undefined, keyFile: string, { events, signed }: Found): void {
  print(`${path} is restored: ${events} events.`);
  if (kept !== undefined) print(`What was there before is kept: ${kept}`);
  if (!existsSync(keyFile)) {
    print(
      `There is no signing key ${keyFile}. Put the log's own key back before the service starts, and the`,
    );
    print('checkpoint that lay beside it: the service would make a new key, which nobody knows.');
  }
  if (signed !== null && signed > events) {
    print(
      `A checkpoint over ${signed} events was signed: events ${events + 1} to ${signed} are not in this backup.`,
    );
    print('The service will run, and answer log_rolled_back (409) when it is asked to sign or to prove.');
  }
}

/** @throws Error when both are logs of Daybook, and not the same one */
function refuseOtherLog(copy: string, present: string): void {
  const origins = [copy, present].map(originAt);
  if (origins[0] === undefined || origins[1] === undefined || origins[0] === origins[1]) return;
  throw new Error(
    `The backup is of the log ${origins[0]}, and ${present} is the log ${origins[1]}. Move that one away first if you mean it.`,
  );
}

/** Undefined when there is none, or it cannot be read: a damaged database is a reason to restore one. */
function originAt(path: string): string | undefined {
  try {
    return reading(path, originIn);
  } catch {
    return undefined;
  }
}

function reading<T>(path: string, read: (reader: SqliteReader) => T): T {
  const reader = SqliteReader.open(path);
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}
