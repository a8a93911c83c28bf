// Given what has happened, when this is asked, then that happens, or nothing does, or it is refused.
import type { JobCommand } from '../../../src/simulation/domain/commands.js';
import { decide } from '../../../src/simulation/domain/decide.js';
import type { JobEvent } from '../../../src/simulation/domain/events.js';
import { fold } from '../../../src/simulation/domain/evolve.js';
import { indexOf, statusOf, type Job } from '../../../src/simulation/domain/job.js';
import type { ModelDay } from '../../../src/simulation/domain/model-day.js';
import { Refusal } from '../../../src/runtime/refusal.js';
import { jobRowOf } from '../../../src/simulation/rows/rows.js';
import type { JobRow } from '../../../src/simulation/rows/tables.js';
import type { JobStatus } from '../../../src/simulation/domain/status.js';
import { frozen } from './frozen.js';
import type { Place } from './story.js';

export function given(...events: JobEvent[]) {
  const state = frozen(fold(undefined, frozen(events)));
  return {
    when: (command: JobCommand) => ({
      then(...expected: JobEvent[]): void {
        expect(decide(state, command)).toStrictEqual(expected);
      },
      thenNothing(): void {
        expect(decide(state, command)).toStrictEqual([]);
      },
      thenRefused(code: string, facts: Record<string, unknown> = {}): void {
        const refusal = refusalOf(() => decide(state, command));
        expect(refusal).toMatchObject({ code, facts });
      },
    }),
    get job(): Job {
      if (state === undefined) throw new Error('given no event, there is no job');
      return state;
    },
    get status(): JobStatus {
      return statusOf(this.job);
    },
    get row(): JobRow {
      return jobRowOf(this.job);
    },
    modelDay(place: Place): ModelDay {
      return this.job.modelDays.at(indexOf(this.job, place.date, place.model));
    },
  };
}

/** What `act` is refused with; another error is thrown on, and no error at all is one. */
export function refusalOf(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
