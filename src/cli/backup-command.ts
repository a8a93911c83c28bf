// `daybook backup <file>`: a copy of the database as it is at one moment, checked, while the service writes on.
import { spawn } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { knownEvents } from '../audit/signed-log.js';
import type { Verification } from '../audit/verifier.js';
import type { Engine } from '../database/engine.js';
import { engineOf, urlOfFile } from '../database/engines.js';
import { syncFolder } from '../runtime/durable-files.js';
import { systemRuntime } from '../runtime/runtime.js';
import { engineFor, filesOf, keyFileOf, reading, type DatabaseOption } from './database.js';
import { refuseOwnFile } from './own-files.js';
import type { Shell } from './shell.js';
import { counted } from './terminal.js';
import { sentenceOf } from './trouble.js';
import { eventsIn, verifyDatabase } from './verify-database.js';
import { verificationLines } from './verify-report.js';

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
export async function backup(file: string, options: BackupOptions, shell: Shell): Promise<void> {
  const source = engineFor(options, shell);
  const keyFile = keyFileOf(options, shell);
  const made = await makeBackup(file, { ...options, source, keyFile }, shell);
  const ok = made.verification?.ok !== false;
  shell.status = ok ? 0 : 1;
  if (options.json === true) {
    const { verification, ...copy } = made;
    const { warnings = [] } = verification ?? {};
    shell.print(
      JSON.stringify(
        ok ? { ok, ...copy, verified: verification !== undefined, warnings } : { ok, verification },
      ),
    );
    return;
  }
  if (made.verification !== undefined)
    for (const line of verificationLines(made.verification)) shell.print(line);
  if (!ok) {
    shell.print(`No backup was made: ${source.name} does not verify. --no-verify copies it as it is.`);
    return;
  }
  shell.print(
    `${made.file}: ${made.bytes} bytes, ${counted(made.events, 'event')}, up to position ${made.position}.`,
  );
  if (made.verification === undefined)
    shell.print('It was not verified: nobody has looked at what is in it.');
  if (existsSync(keyFile))
    shell.print(`The signing key is not in it. Keep ${keyFile} in another safe place.`);
}

/** @throws Error when the file is there already, or the copy cannot be made; Interrupted. Then nothing is left behind. */
async function makeBackup(
  file: string,
  { source, keyFile, force, verify }: BackupOptions & { source: Engine; keyFile: string },
  shell: Shell,
): Promise<Backup> {
  const target = resolve(file);
  refuseOwnFile(target, source, keyFile);
  refuseTarget(target, force === true);
  mkdirSync(dirname(target), { recursive: true });
  return shell.interruptible(async (signal) => {
    // In a folder of its own: its name is chosen by the system, so no two backups share it.
    const folder = mkdtempSync(`${target}.partial-`);
    try {
      const file = join(folder, 'copy');
      // Before it is made: what is known by then must be in it, though the log may grow meanwhile.
      const known = (): Promise<number> => reading(source, (opened) => knownEvents(source, opened, keyFile));
      const copy = { of: source.url, holdsAtLeast: verify === false ? 0 : await known() };
      await copyTo(file, source, signal);
      const engine = engineOf(urlOfFile(file));
      const events = await eventsIn(engine);
      const log = { engine, keyFile, copy };
      const verification = verify === false ? undefined : await verifyDatabase(log, { shell, signal });
      const { size: bytes } = statSync(file);
      if (verification?.ok !== false) place(file, target, force === true);
      if (verification?.ok === true) note(source, shell);
      return { file: target, bytes, events, position: events, verification };
    } finally {
      rmSync(folder, { recursive: true, force: true });
      syncFolder(dirname(target));
    }
  });
}

/** For the metrics of the service; a folder that cannot be written is no reason to have no backup. */
function note(source: Engine, shell: Shell): void {
  try {
    filesOf(source).noteBackup(systemRuntime.nowMs());
  } catch (error) {
    shell.tell(`That there is a backup cannot be noted beside ${source.name}: ${sentenceOf(error)}`);
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

/** In a process of its own, which can be ended: SQLite does not stop in the middle of a copy. */
async function copyTo(copy: string, source: Engine, signal: AbortSignal): Promise<void> {
  const program = fileURLToPath(new URL('../copy-process.js', import.meta.url));
  const child = spawn(process.execPath, [program, source.url, copy], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  const said = text(child.stderr);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error((await said) || 'The copying process was ended from outside.');
}
