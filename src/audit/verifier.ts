// Runs a verification outside of this thread, so that commands go on meanwhile; one at a time. Its two halves look at
// different things, so they run side by side where there are two cores.
import { availableParallelism } from 'node:os';
import { Background } from '../runtime/background.js';
import { systemRuntime, type Runtime } from '../runtime/runtime.js';
import type { CheckedSignedLog } from './signed-log.js';
import type { TableVerification } from './verify.js';

/** What the two halves find: the tables against the events, and the events against what is known of them. */
export interface Halves {
  tables: TableVerification;
  log: Pick<CheckedSignedLog, 'events' | 'problems' | 'warnings'>;
}

export type Half = keyof Halves;

/** What a thread is given. */
export interface VerifyTask extends AuditedLog {
  half: Half;
}

/** Where a log is, and the key that signs its checkpoints. */
export interface AuditedLog {
  /** Of the database. */
  url: string;
  keyFile: string;
  /** Of the module that lists the kinds of stream: a thread loads it for itself. */
  kindsUrl: string;
  /** When it is a copy: what is known of its log is kept with the original. */
  copy?: CopiedLog;
  /** Checkpoints that the asker brings and trusts, as `formatCheckpoint` writes them: the log must continue each. */
  checkpoints?: readonly string[];
  /** Verifier keys that the asker trusts: the log's own may be lost. */
  keys?: readonly string[];
}

export interface CopiedLog {
  /** The URL of the original. */
  of: string;
  /** How many events were known when the copy was begun: it must have those. An old copy may have fewer. */
  holdsAtLeast?: number;
}

/** Everything agrees when there is no difference, and nothing wrong with the log itself. */
export interface Verification extends TableVerification {
  ok: boolean;
}

/** Called now and then with how many events both halves have passed. */
type OnProgress = (done: number) => void;

export class Verifier {
  /** The last one that could be done. */
  last: { ok: boolean; atMs: number } | undefined;
  private latest: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly program: URL,
    private readonly log: AuditedLog,
    private readonly runtime: Pick<Runtime, 'nowMs'> = systemRuntime,
  ) {}

  /** @throws Error when it could not check */
  verify(onProgress?: OnProgress): Promise<Verification> {
    const verification = this.latest.then(() => this.run(onProgress));
    this.latest = verification.catch(() => undefined);
    return verification;
  }

  private async run(onProgress: OnProgress = () => undefined): Promise<Verification> {
    const done: Record<Half, number> = { tables: 0, log: 0 };
    const check = <H extends Half>(half: H) =>
      this.check(half, (events) => {
        done[half] = events;
        onProgress(Math.min(done.tables, done.log));
      });
    const tablesChecked = check('tables');
    const isAlone = availableParallelism() < 2;
    const logChecked = isAlone ? tablesChecked.then(() => check('log')) : check('log');
    const [tables, log] = await Promise.all([tablesChecked, logChecked]);
    const problems = [...tables.problems, ...log.problems];
    const warnings = [...tables.warnings, ...log.warnings];
    const ok = tables.difference_count === 0 && problems.length === 0;
    this.last = { ok, atMs: this.runtime.nowMs() };
    return { ok, ...tables, problems, warnings };
  }

  private async check<H extends Half>(half: H, onProgress: OnProgress): Promise<Halves[H]> {
    const task: VerifyTask = { ...this.log, half };
    const thread = new Background({ program: this.program, data: { work: 'verify', task }, onProgress });
    try {
      return await thread.call<Halves[H]>('check');
    } finally {
      await thread.terminate();
    }
  }
}
