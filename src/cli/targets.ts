// How a command comes to its target. What that needs is loaded when a command asks, and the application only when it is
// opened: loading it takes most of the time.
import type { Shell } from './shell.js';
import type { OpenApart, Target, TargetOptions } from './target.js';

export class Targets {
  constructor(
    readonly shell: Shell,
    private readonly loadApart: () => Promise<OpenApart>,
  ) {}

  /** Throws as `openTarget` does. */
  async open(options: TargetOptions): Promise<Target> {
    const { openTarget } = await import('./find-target.js');
    return openTarget(options, this.shell, this.loadApart);
  }

  /** Works on the target, and closes it. */
  async on<T>(options: TargetOptions, work: (target: Target) => Promise<T>): Promise<T> {
    const target = await this.open(options);
    try {
      return await work(target);
    } finally {
      await target.close();
    }
  }
}
