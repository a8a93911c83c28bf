// What has become of each command, told to an observer.
import { isRefusal } from '../runtime/refusal.js';
import { stopwatch } from '../runtime/runtime.js';
import type { CommandWatch } from './watched-command-bus.js';

/**
 * - `accepted`: something is written
 * - `repeated`: nothing had to be: it was so already, or there was nothing to claim
 * - `refused`: a rule did not allow it
 * - `failed`: it could not be done
 */
export type CommandOutcome = 'accepted' | 'repeated' | 'refused' | 'failed';

/** Told of each command when it is over, in seconds from its giving to its answer; must not throw. */
export type CommandObserver = (kind: string, outcome: CommandOutcome, seconds: number) => void;

/** What a command is called in metrics and traces, like `CompleteModelDay`: one that carries a decider's says so. */
export const kindOf = (command: object): string =>
  (command as { commandType?: string }).commandType ?? command.constructor.name;

/** From the answer of a command that was not refused. */
export function outcomeOf(answer: unknown): 'accepted' | 'repeated' {
  if (typeof answer !== 'object' || answer === null) return 'accepted';
  const { events, created, claims } = answer as { events?: unknown[]; created?: boolean; claims?: unknown[] };
  return events?.length === 0 || created === false || claims?.length === 0 ? 'repeated' : 'accepted';
}

export const observedBy =
  (observe: CommandObserver): CommandWatch =>
  async (command, execute) => {
    const startedAt = stopwatch();
    try {
      const answer = await execute();
      observe(kindOf(command), outcomeOf(answer), stopwatch() - startedAt);
      return answer;
    } catch (error) {
      observe(kindOf(command), isRefusal(error) ? 'refused' : 'failed', stopwatch() - startedAt);
      throw error;
    }
  };
