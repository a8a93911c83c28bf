// What the specs of the trading session share: temporary folders, requests, and the session as a program.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SessionRequest } from '../../examples/trading-session/session.js';

export const exampleFolder = join(import.meta.dirname, '../../examples/trading-session');

/** A folder that is gone after the spec; call it while the spec file is being read. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trading-session-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

let configsWritten = 0;

/** A config of its own with a book folder of its own, unless one is given. */
export function writeConfig(folder: string, config: Record<string, unknown> = {}): string {
  configsWritten += 1;
  const path = join(folder, `config-${configsWritten}.json`);
  writeFileSync(path, JSON.stringify({ book_dir: join(folder, `book-${configsWritten}`), ...config }));
  return path;
}

export function requestFor(
  given: Partial<SessionRequest> & Pick<SessionRequest, 'date' | 'model' | 'configPath'>,
): SessionRequest {
  const { signal } = new AbortController();
  return { jobId: 'job-1', attempt: 1, signal, reportProgress: () => undefined, ...given };
}

export interface Line {
  date: string;
  cash: number;
  position: number;
  value: number;
  job_id: string;
}

/** The days in a book; an empty line is what guarding against a torn one may leave between two processes. */
export function linesOf(path: string): Line[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Line);
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs Node.js for real and hands it what it reads on standard input. */
export async function runNode(args: string[], input: string): Promise<Ended> {
  const child = spawn(process.execPath, args, { stdio: 'pipe' });
  child.stdin.end(input);
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

export function runCommand(request: Record<string, unknown>, folder = exampleFolder): Promise<Ended> {
  return runNode([join(folder, 'command.js')], JSON.stringify({ job_id: 'job-1', attempt: 1, ...request }));
}
