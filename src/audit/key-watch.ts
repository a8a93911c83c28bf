// Looks at the file of the signing key while the service runs: nobody may be able to use it but its owner.
import type { Logger } from 'pino';
import { problemOfKeyFile } from './signing-key.js';

export class KeyWatch {
  private last: string | undefined;

  constructor(
    private readonly keyFile: string,
    private readonly log: Logger,
  ) {}

  /** What is wrong, for anybody to read; undefined when nothing is. A change is a line in the service's log. */
  look(): string | undefined {
    const wrong = problemOfKeyFile(this.keyFile);
    if (wrong !== this.last) {
      if (wrong === undefined) this.log.info('checkpoints can be signed again');
      else this.log.warn({ reason: wrong, file: this.keyFile }, 'no checkpoint is signed');
    }
    this.last = wrong;
    return wrong;
  }
}
