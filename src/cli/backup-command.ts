// `daybook backup <file>`: a copy of the database as it is at one moment, checked, while the service writes on.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Verification } from '../audit/verifier.js';
import { syncFolder } from '../runtime/durable-files.js';
import { databasePath, keyFileOf, print, type DatabaseOption } from './cli-environment.js';
import { refuseOwnFile } from './own-files.js';
import { eventsIn, verifyDatabase } from './verify-database.js';
import { tellVerification } from './verify-report.js';

export interface BackupOptions extends DatabaseOption {
  json?: boolean;
  /** Replace a file that is there already. */
  force?: boolean;
  /** False: do not check the copy. */
  verify?: boolean;
}

export interface Backup {
  file: string;
  bytes: number;
  /** Also the position of the last one. */
  events: number;
  position: number;
  /** Undefined when it was not checked. */
  verification: Verification | undefined;
}

/** Sets the exit status: 0 when the backup is there, 1 when the copy does not verify (then there is none). */
export async function backup(file: string, options: BackupOptions): Promise<void> {
  const source = databasePath(options);
  const made = await makeBackup(file, { ...options, source, keyFile: keyFileOf(options) });
  const ok = made.verification?.ok !== false;
  process.exitCode = ok ? 0 : 1;
  if (options.json === true) {
    const { verification, ...copy } = made;
    print(JSON.stringify(ok ? { ok, ...copy, verified: verification !== undefined } : { ok, verification }));
    return;
  }
  if (made.verification !== undefined) tellVerification(made.verification);
  if (!ok) {
    print(`No backup was made: ${source} does not verify. --no-verify copies it as it is.`);
    return;
  }
  print(`${made.file}: ${made.bytes} bytes, ${made.events} events, up to position ${made.position}.`);
  print(`The signing key is not in it. Keep ${keyFileOf(options)} in another safe place.`);
}

/** @throws Error when the file is there already, or the copy cannot be made; then nothing is left behind */
async function makeBackup(
  file: string,
  { source, keyFile, force, verify }: BackupOptions & { source: string; keyFile: string },
): Promise<Backup> {
  const target = resolve(file);
  refuseOwnFile(target, source, keyFile);
  refuseTarget(target, force === true);
  mkdirSync(dirname(target), { recursive: true });
  let folder = '';
  const removeFolder = (): void => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  };
  let copying: ChildProcess | undefined;
  const giveUp = (): void => {
    copying?.kill('SIGKILL');
    removeFolder();
    process.exit(130);
  };
  process.on('SIGINT', giveUp).on('SIGTERM', giveUp);
  try {
    // In a folder of its own: its name is chosen by the system, so no two backups share it.
    folder = mkdtempSync(`${target}.partial-`);
    const copy = join(folder, 'copy');
    const program = fileURLToPath(new URL('../copy-process.js', import.meta.url));
    copying = spawn(process.execPath, [program, source, copy], { stdio: ['ignore', 'ignore', 'pipe'] });
    await ended(copying);
    const events = eventsIn(copy);
    const verification =
      verify === false ? undefined : await verifyDatabase({ path: copy, keyFile, copyOf: source });
    const { size: bytes } = statSync(copy);
    if (verification?.ok !== false) place(copy, target, force === true);
    return { file: target, bytes, events, position: events, verification };
  } finally {
    process.off('SIGINT', giveUp).off('SIGTERM', giveUp);
    removeFolder();
    syncFolder(dirname(target));
  }
}

function refuseTarget(target: string, force: boolean): void {
  const left = ['-wal', '-journal'].map((ending) => target + ending).find((each) => existsSync(each));
  if (left !== undefined)
    throw new Error(`${left} is there, and SQLite would take it for a part of the backup: move it away.`);
  if (!existsSync(target)) return;
  if (!statSync(target).isFile()) throw new Error(`${target} is there already, and is no file.`);
  if (!force) throw new Error(`${target} is there already. Give another name, or --force to replace it.`);
}

/** Unlike a rename, a link does not replace what came there in the meantime. */
function place(copy: string, target: string, force: boolean): void {
  try {
    if (!force) {
      linkSync(copy, target);
      return;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Error(`${target} is there now.`, { cause: error });
    // Not every file system has links.
  }
  renameSync(copy, target);
}

async function ended(child: ChildProcess): Promise<void> {
  const said = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error((await said) || 'The copying process was ended from outside.');
}
