// Runs a verification in a thread of its own, so that commands go on meanwhile; one at a time.
import { Worker } from 'node:worker_threads';
import type { Verification } from './verify.js';

/** What the thread tells. */
export type VerifyMessage =
  | { kind: 'progress'; done: number; total: number }
  | { kind: 'verified'; verification: Verification }
  | { kind: 'failed'; message: string };

/** Where a log is, and the key that signs its checkpoints. */
export interface AuditedLog {
  path: string;
  keyFile: string;
  /** The database of which the one at `path` is a copy from before: what is known of its log lies beside that one. */
  copyOf?: string;
}

export class Verifier {
  private latest: Promise<unknown> = Promise.resolve();

  /**
   * @param thread the program of the thread: it knows which kinds of streams there are
   */
  constructor(
    private readonly thread: URL,
    private readonly log: AuditedLog,
  ) {}

  /** @throws Error when it could not check */
  verify(onProgress?: (done: number, total: number) => void): Promise<Verification> {
    const verification = this.latest.then(() => this.run(onProgress));
    this.latest = verification.catch(() => undefined);
    return verification;
  }

  private run(onProgress?: (done: number, total: number) => void): Promise<Verification> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.thread, { workerData: this.log });
      worker.on('error', reject);
      worker.on('exit', (code) => {
        reject(new Error(`the verification ended early, with exit code ${code}`));
      });
      worker.on('message', (message: VerifyMessage) => {
        if (message.kind === 'progress') onProgress?.(message.done, message.total);
        else if (message.kind === 'verified') resolve(message.verification);
        else reject(new Error(message.message));
      });
    });
  }
}
