// Follows what goes on through whatever has the database: also from no service to one that is started, or started again.
import { NoAnswer } from '../client/problems.js';
import { systemRuntime } from '../runtime/runtime.js';
import type { Target, TargetOptions } from './target.js';
import type { Targets } from './targets.js';

/** For how long a service that does not answer (any more) is asked again, in milliseconds. */
const silenceMs = 60_000;

/**
 * What `ask` tells of one target after the other, until `signal` aborts.
 * @param ask closes a target that is no service: the database must be free for one that starts
 * @throws what `ask` throws; NoAnswer only when that lasts
 */
export async function* following<News>(
  targets: Targets,
  options: TargetOptions,
  signal: AbortSignal,
  ask: (target: Target) => AsyncIterable<News>,
): AsyncGenerator<News> {
  for (let silentSinceMs: number | undefined; !signal.aborted;) {
    const target = await targets.open(options);
    try {
      for await (const news of ask(target)) {
        silentSinceMs = undefined;
        yield news;
      }
    } catch (error) {
      silentSinceMs ??= systemRuntime.nowMs();
      const isOver = systemRuntime.nowMs() - silentSinceMs > silenceMs;
      if (!(error instanceof NoAnswer) || isOver) throw error;
    }
    await target.whenWorthAsking(signal);
  }
}
