// `daybook restore <file>`: puts a backup in the place of the database, which is kept.
import { existsSync } from 'node:fs';
import { newestCheckpoint } from '../audit/signed-log.js';
import type { Verification } from '../audit/verifier.js';
import { Database } from '../database/database.js';
import type { Engine } from '../database/engine.js';
import { engineOf } from '../database/engines.js';
import { originIn } from '../database/log-identity.js';
import type { Migration } from '../database/migration.js';
import { endOf } from '../event-store/log.js';
import { systemRuntime } from '../runtime/runtime.js';
import { migrationsOf } from '../schema.js';
import { loadKinds } from '../kind/kind.js';
import { kinds } from '../kinds.js';
import { engineFor, filesOf, keyFileOf, reading, type DatabaseOption } from './database.js';
import type { Shell } from './shell.js';
import { counted } from './terminal.js';
import { verifyDatabase } from './verify-database.js';
import { verificationLines, warningLines } from './verify-report.js';

export interface RestoreOptions extends DatabaseOption {
  json?: boolean;
}

/** Exit status: 0 when it is restored; 1 when the backup does not verify, and nothing was changed. */
export async function restore(file: string, options: RestoreOptions, shell: Shell): Promise<void> {
  const present = engineFor(options, shell);
  const keyFile = keyFileOf(options, shell);
  const migrations = migrationsOf(await loadKinds(kinds));
  const replacement = filesOf(present).beginReplacement(systemRuntime);
  try {
    replacement.take(file, migrations);
    const copy = engineOf(replacement.url);
    // Not before: nothing is heard while SQLite copies, and a process that does not end at Ctrl-C gets killed anyway.
    const verification = await shell.interruptible((signal) =>
      check(copy, { present, keyFile, migrations, shell, signal }),
    );
    if (!verification.ok) {
      shell.status = 1;
      if (options.json === true) shell.print(JSON.stringify({ ok: false, verification }));
      else {
        for (const line of verificationLines(verification)) shell.print(line);
        shell.print(`Nothing was changed: ${file} is not what its events say.`);
      }
      return;
    }
    const found = await look(copy, keyFile);
    const kept = replacement.finish();
    const { warnings } = verification;
    if (options.json === true)
      shell.print(
        JSON.stringify({ ok: true, database: present.name, kept: kept ?? null, ...found, warnings }),
      );
    else {
      for (const line of warningLines(warnings)) shell.print(line);
      for (const line of linesOf(present.name, kept, keyFile, found)) shell.print(line);
    }
  } finally {
    replacement.end();
  }
}

interface Checking {
  /** The database that is there now. */
  present: Engine;
  keyFile: string;
  migrations: readonly Migration[];
  shell: Shell;
  signal: AbortSignal;
}

async function check(
  copy: Engine,
  { present, keyFile, migrations, shell, signal }: Checking,
): Promise<Verification> {
  // The service would bring it up to date at its start; what is checked must be what it will find.
  await (await Database.open({ engine: copy, migrations, tables: [], runtime: systemRuntime })).close();
  await refuseOtherLog(copy, present);
  return verifyDatabase({ engine: copy, keyFile, copy: { of: present.url } }, { shell, signal });
}

interface Found {
  events: number;
  /** How many events the newest checkpoint covers that was signed of this log; null when none is known. */
  signed: number | null;
}

function look(engine: Engine, keyFile: string): Promise<Found> {
  return reading(engine, async (opened) => {
    const [checkpoint] = await newestCheckpoint(opened, keyFile);
    return { events: await endOf(opened.reader), signed: checkpoint?.size ?? null };
  });
}

function linesOf(
  database: string,
  kept: string | undefined,
  keyFile: string,
  { events, signed }: Found,
): string[] {
  const lines = [`${database} is restored: ${counted(events, 'event')}.`];
  if (kept !== undefined) lines.push(`What was there before is kept: ${kept}`);
  if (!existsSync(keyFile))
    lines.push(
      `There is no signing key ${keyFile}. Put the log's own key back before the service starts, and the`,
      'checkpoint that lay beside it: the service would make a new key, which nobody knows.',
    );
  if (signed !== null && signed > events)
    lines.push(
      `A checkpoint over ${signed} events was signed: events ${events + 1} to ${signed} are not in this backup.`,
      'The service will run, and answer log_rolled_back (409) when it is asked to sign or to prove.',
    );
  return lines;
}

/** @throws Error when both are logs of Daybook, and not the same one */
async function refuseOtherLog(copy: Engine, present: Engine): Promise<void> {
  const origins = await Promise.all([copy, present].map(originAt));
  if (origins[0] === undefined || origins[1] === undefined || origins[0] === origins[1]) return;
  throw new Error(
    `The backup is of the log ${origins[0]}, and ${present.name} is the log ${origins[1]}. Move that one away first if you mean it.`,
  );
}

/** Undefined when there is none, or it cannot be read: a damaged database is a reason to restore one. */
const originAt = (engine: Engine): Promise<string | undefined> =>
  reading(engine, ({ reader }) => originIn(reader)).catch(() => undefined);
