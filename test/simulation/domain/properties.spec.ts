// What holds after any sequence of commands whatsoever.
import fc from 'fast-check';
import type { JobCommand } from '../../../src/simulation/domain/commands.js';
import { evolve, fold } from '../../../src/simulation/domain/evolve.js';
import {
  dateAt,
  indexOf,
  modelAt,
  openDate,
  statusOf,
  type Job,
} from '../../../src/simulation/domain/job.js';
import { isOpen, type ModelDay } from '../../../src/simulation/domain/model-day.js';
import { hasEnded } from '../../../src/simulation/domain/status.js';
import { frozen } from './frozen.js';
import { NaiveJob, type Answer } from './naive-job.js';
import { countsOf, modelDaysOf, ruleOf } from './naive-rule.js';
import { plain } from './plain.js';
import { cancel, complete, fail, release, start } from './story.js';
import { strideFrom, walks, type Stride, type Walk } from './walk.js';

const always = (check: (walk: Walk) => void): void => {
  fc.assert(fc.property(walks, check), { numRuns: 100 });
};

/** After each command that added an event; the others leave the very same state. */
const alwaysAfterEachEvent = (check: (job: Job, stride: Stride) => void): void => {
  always(({ strides }) => {
    for (const stride of strides) if (stride.events.length > 0) check(stride.after as Job, stride);
  });
};

/** After any walk in which the job was not removed at last. */
const alwaysAtTheEnd = (check: (job: Job) => void): void => {
  always(({ state }) => {
    if (!(state as Job).removed) check(state as Job);
  });
};

const answerOf = ({ refusal, events }: Stride): Answer =>
  refusal === undefined ? (events[0]?.type ?? 'nothing') : `refused: ${refusal.code}`;

const placeAt = (job: Job, index: number) => ({ date: dateAt(job, index), model: modelAt(job, index) });

/** Date by date, long after every waiting time: whatever is open starts, unless it runs already, and completes. */
function worked(job: Job): Job {
  const later = 10_000_000;
  let state = job;
  const take = (command: JobCommand): void => {
    const { refusal, after } = strideFrom(state, command);
    expect(refusal).toBeUndefined();
    state = after as Job;
  };
  for (let dates = job.dates.length; dates > 0; dates -= 1) {
    for (const index of [...openDate(state)]) {
      if (!isOpen(state.modelDays.at(index))) continue;
      const place = placeAt(state, index);
      if (state.modelDays.at(index).status === 'pending') take(start(place, later));
      take(complete(place, state.modelDays.at(index).attempt, later));
    }
  }
  return state;
}

describe('the walks', () => {
  it('meet every event and every refusal', () => {
    const met = fc
      .sample(walks, { numRuns: 300, seed: 1 })
      .flatMap(({ strides }) => strides)
      .map(answerOf);
    expect([...new Set(met)].toSorted()).toEqual([
      'JobClosed',
      'JobCreated',
      'JobRemoved',
      'JobRetried',
      'ModelDayAttemptFailed',
      'ModelDayCompleted',
      'ModelDayFailed',
      'ModelDayReleased',
      'ModelDayStarted',
      'nothing',
      'refused: job_active',
      'refused: job_finished',
      'refused: job_not_finished',
      'refused: job_not_found',
      'refused: model_day_not_found',
      'refused: model_day_not_pending',
      'refused: nothing_to_retry',
      'refused: out_of_order',
      'refused: stale_attempt',
      'refused: too_early',
    ]);
  });
});

describe('deciding', () => {
  it('answers each command as the rules in words do', () => {
    always(({ strides }) => {
      const naive = new NaiveJob();
      expect(strides.map(answerOf)).toEqual(strides.map(({ command }) => naive.answer(command)));
    });
  });

  it('adds at most one event', () => {
    always(({ strides }) => {
      expect(strides.filter(({ events }) => events.length > 1)).toEqual([]);
    });
  });

  it('adds nothing when a command comes twice, and changes nothing', () => {
    alwaysAfterEachEvent((job, { command }) => {
      const again = strideFrom(job, command);
      expect(again.events).toEqual([]);
      expect(again.after).toBe(job);
    });
  });

  it('changes nothing when it refuses', () => {
    always(({ strides }) => {
      let text = plain(undefined);
      for (const { refusal, before, after } of strides) {
        expect(plain(before)).toBe(text);
        if (refusal === undefined) text = plain(after);
      }
    });
  });
});

describe('folding', () => {
  it('gives the same state however the history is split', () => {
    always(({ history, state }) => {
      for (let split = 0; split <= history.length; split += 1) {
        const part = fold(undefined, history.slice(0, split));
        expect(plain(fold(part, history.slice(split)))).toBe(plain(state));
      }
    });
  });

  it('leaves every state as it was given', () => {
    always(({ history }) => {
      let state = frozen(fold(undefined, []));
      for (const event of history) {
        const before = plain(state);
        const next = frozen(evolve(state, event));
        expect(plain(state)).toBe(before);
        state = next;
      }
    });
  });
});

describe('the status, the counts and the first open model-day', () => {
  it('are those that whoever counts the grid finds', () => {
    always(({ strides }) => {
      let everStarted = false;
      for (const { events, after } of strides) {
        if (events.length === 0) continue;
        everStarted ||= events.some(({ type }) => type === 'ModelDayStarted');
        const job = after as Job;
        const modelDays = modelDaysOf(job);
        const statuses = modelDays.map(({ status }) => status);
        expect(statusOf(job)).toBe(ruleOf(statuses, everStarted));
        expect(job.counts).toEqual(countsOf(statuses));
        const firstOpen = modelDays.findIndex(isOpen);
        expect(job.firstOpen).toBe(firstOpen === -1 ? modelDays.length : firstOpen);
      }
    });
  });
});

describe('a model-day', () => {
  it('runs on the first open date only', () => {
    alwaysAfterEachEvent((job) => {
      const running = modelDaysOf(job).flatMap(({ status }, index) => (status === 'running' ? [index] : []));
      expect(running.filter((index) => dateAt(job, index) !== dateAt(job, job.firstOpen))).toEqual([]);
    });
  });

  it('never runs again once it is completed, and its result stays where it is', () => {
    alwaysAfterEachEvent((job, { before }) => {
      if (before === undefined) return;
      const completedBefore = (_: ModelDay, index: number) =>
        before.modelDays.at(index).status === 'completed';
      expect(modelDaysOf(job).filter(completedBefore)).toEqual(modelDaysOf(before).filter(completedBefore));
    });
  });

  it('has its result in the event that completed it', () => {
    always(({ history, state }) => {
      const job = state as Job;
      modelDaysOf(job).forEach(({ status, resultVersion, attempt }, index) => {
        const event = resultVersion === null ? undefined : history[resultVersion - 1];
        const data = { ...placeAt(job, index), attempt };
        if (status === 'completed') expect(event).toMatchObject({ type: 'ModelDayCompleted', data });
        else expect(resultVersion).toBeNull();
      });
    });
  });

  it('counts its attempts up, by one with each start', () => {
    const attemptsOf = (job: Job): number[] => modelDaysOf(job).map(({ attempt }) => attempt);
    alwaysAfterEachEvent((job, { before, events: [event] }) => {
      if (before === undefined) return;
      const expected = attemptsOf(before);
      if (event?.type === 'ModelDayStarted') expected[indexOf(job, event.data.date, event.data.model)]! += 1;
      expect(attemptsOf(job)).toEqual(expected);
    });
  });
});

describe('a job', () => {
  it('can always be brought to its end by work', () => {
    alwaysAtTheEnd((job) => {
      expect(hasEnded(statusOf(worked(job)))).toBe(true);
    });
  });

  it('can always be ended by a cancel', () => {
    alwaysAtTheEnd((job) => {
      const { refusal, after } = strideFrom(job, cancel(0));
      expect(refusal?.code).toBe(hasEnded(statusOf(job)) ? 'job_finished' : undefined);
      expect(hasEnded(statusOf(after as Job))).toBe(true);
    });
  });

  it('stays ended when reports come in after it was closed', () => {
    alwaysAfterEachEvent((job, { before, events }) => {
      if (events[0]?.type !== 'JobClosed') return;
      modelDaysOf(job).forEach(({ attempt }, index) => {
        const place = placeAt(job, index);
        const wasRunning = before?.modelDays.at(index).status === 'running';
        for (const report of [complete, fail, release]) {
          for (let each = 0; each <= attempt + 1; each += 1) {
            const late = strideFrom(job, report(place, each, 0));
            expect(late.after).toBe(job);
            if (wasRunning) expect(late.refusal?.code).toBe('stale_attempt');
          }
        }
        expect(strideFrom(job, start(place, 0)).refusal?.code).toBe('model_day_not_pending');
      });
    });
  });
});
