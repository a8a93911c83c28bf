// Every command passes the bus, whoever gives it: the one place to see what has become of it.
import type { CommandBus } from '@nestjs/cqrs';
import { isRefusal } from '../runtime/refusal.js';
import { stopwatch } from '../runtime/runtime.js';

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

/** The bus has no place for an observer, so its `execute` is replaced. */
export function observeCommands(bus: CommandBus, observe: CommandObserver): void {
  const execute: (command: object) => Promise<unknown> = bus.execute.bind(bus);
  const observed = (command: object): Promise<unknown> => {
    const startedAt = stopwatch();
    return execute(command).then(
      (answer) => {
        observe(kindOf(command), outcomeOf(answer), stopwatch() - startedAt);
        return answer;
      },
      (error: unknown) => {
        observe(kindOf(command), isRefusal(error) ? 'refused' : 'failed', stopwatch() - startedAt);
        throw error;
      },
    );
  };
  bus.execute = observed;
}
