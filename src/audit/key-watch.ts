// Looks at the file of the signing key while the service runs: it must be there, and nobody but its owner may use it.
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { checkpointFileOf } from './checkpoint-file.js';
import { problemOfKeyFile } from './signing-key.js';

const missing =
  'The signing key is missing: nothing is signed until it is put back, or replaced (daybook key replace).';

export class KeyWatch {
  private last: string | undefined;

  constructor(
    private readonly keyFile: string,
    private readonly log: Logger,
  ) {}

  /** What is wrong, for anybody to read; undefined when nothing is. A change is a line in the service's log. */
  look(): string | undefined {
    const wrong = this.isMissing() ? missing : problemOfKeyFile(this.keyFile);
    if (wrong !== this.last) {
      if (wrong === undefined) this.log.info('checkpoints can be signed again');
      else this.log.warn({ reason: wrong, file: this.keyFile }, 'no checkpoint is signed');
    }
    this.last = wrong;
    return wrong;
  }

  /** Before the first checkpoint, one is made when it is asked for. */
  private isMissing(): boolean {
    return !existsSync(this.keyFile) && existsSync(checkpointFileOf(this.keyFile));
  }
}
