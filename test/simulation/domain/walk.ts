// Random walks through the life of a job: any commands, valid or not, at times that may go backwards.
import fc from 'fast-check';
import type { JobCommand } from '../../../src/simulation/domain/commands.js';
import { decide } from '../../../src/simulation/domain/decide.js';
import type { FailureCode, JobEvent } from '../../../src/simulation/domain/events.js';
import { fold } from '../../../src/simulation/domain/evolve.js';
import { dateAt, indexOf, modelAt, openDate, type JobState } from '../../../src/simulation/domain/job.js';
import { Refusal } from '../../../src/runtime/refusal.js';
import { frozen } from './frozen.js';
import { at, create, otherJob, type Place } from './story.js';

/** One command and what came of it. Every state is frozen. */
export interface Stride {
  before: JobState;
  command: JobCommand;
  /** What it was refused with, or the events that it added. */
  refusal: Refusal | undefined;
  events: readonly JobEvent[];
  after: JobState;
}

export interface Walk {
  strides: readonly Stride[];
  history: readonly JobEvent[];
  state: JobState;
}

/** A command before it is known where the job stands: places and attempts are relative to that. */
interface Intent {
  type: JobCommand['type'];
  where: 'open' | 'anywhere' | 'nowhere';
  which: number;
  /** Which attempt a report is about: 0 for the latest, -1 for the one before it. */
  attempt: number;
  /** How far the clock moves before the command, in seconds. */
  jump: number;
  worker: string;
  code: FailureCode;
  retryable: boolean;
  /** Seconds from the failure to the second, third, … attempt. */
  delays: number[];
  isBlocked: boolean;
}

const oftenest = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  );

const weighted = (weights: Record<JobCommand['type'], number>): fc.Arbitrary<JobCommand['type']> =>
  fc.constantFrom(
    ...Object.entries(weights).flatMap(([type, weight]) =>
      new Array<JobCommand['type']>(weight).fill(type as JobCommand['type']),
    ),
  );

const intent: fc.Arbitrary<Intent> = fc.record({
  type: weighted({
    StartModelDay: 20,
    CompleteModelDay: 14,
    FailModelDay: 12,
    ReleaseModelDay: 4,
    RetryJob: 5,
    CancelJob: 2,
    CloseJob: 1,
    CreateJob: 1,
    RemoveJob: 1,
  }),
  where: fc.oneof(
    { weight: 14, arbitrary: fc.constant('open' as const) },
    { weight: 5, arbitrary: fc.constant('anywhere' as const) },
    { weight: 1, arbitrary: fc.constant('nowhere' as const) },
  ),
  which: fc.nat(8),
  attempt: oftenest(0, -1, 1, -2),
  jump: fc.integer({ min: -30, max: 90 }),
  worker: fc.constantFrom('worker-1', 'worker-2'),
  code: fc.constantFrom<FailureCode>('executor_error', 'timeout', 'lease_expired'),
  retryable: oftenest(true, false),
  delays: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 2 }),
  isBlocked: oftenest(false, true),
});

const grid = fc.record({
  dates: fc.shuffledSubarray(['2025-01-06', '2025-01-07', '2025-01-08'], { minLength: 1 }),
  models: fc.shuffledSubarray(['ada', 'bob', 'eve'], { minLength: 1 }),
});

/** A job of one to nine model-days, and what is asked of it. */
export const walks: fc.Arbitrary<Walk> = fc
  .tuple(grid, fc.array(intent, { maxLength: 60, size: 'max' }))
  .map(([asked, intents]) => walked(asked, intents));

function walked(asked: { dates: string[]; models: string[] }, intents: readonly Intent[]): Walk {
  let seconds = 0;
  let stride = strideFrom(undefined, create(asked));
  const strides = [stride];
  for (const each of intents) {
    seconds += each.jump;
    stride = strideFrom(stride.after, commandOf(stride.after, each, seconds));
    strides.push(stride);
  }
  return { strides, history: strides.flatMap(({ events }) => events), state: stride.after };
}

export function strideFrom(before: JobState, command: JobCommand): Stride {
  try {
    const events = frozen(decide(before, frozen(command)));
    return { before, command, refusal: undefined, events, after: frozen(fold(before, events)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { before, command, refusal: error, events: [], after: before };
  }
}

function commandOf(state: JobState, asked: Intent, seconds: number): JobCommand {
  const now = at(seconds);
  const place = placeOf(state, asked);
  const attempt = latestAttempt(state, place) + asked.attempt;
  switch (asked.type) {
    case 'CreateJob':
      return create({ now });
    case 'CancelJob':
      return { type: 'CancelJob', now };
    case 'CloseJob':
      return { type: 'CloseJob', failureCode: 'restart', error: 'Restarted', now };
    case 'RetryJob':
      return { type: 'RetryJob', blockedBy: asked.isBlocked ? otherJob : null, now };
    case 'RemoveJob':
      return { type: 'RemoveJob', now };
    case 'StartModelDay':
      return { type: 'StartModelDay', ...place, worker: asked.worker, now };
    case 'CompleteModelDay':
      return { type: 'CompleteModelDay', ...place, attempt, result: { seconds }, now };
    case 'FailModelDay': {
      const { code: failureCode, retryable } = asked;
      const retryTimes = asked.delays.map((delay) => at(seconds + delay));
      const error = `It broke at ${now}`;
      return { type: 'FailModelDay', ...place, attempt, error, failureCode, retryable, retryTimes, now };
    }
    case 'ReleaseModelDay':
      return { type: 'ReleaseModelDay', ...place, attempt, now };
  }
}

function placeOf(state: JobState, { where, which }: Intent): Place {
  if (state === undefined || where === 'nowhere') return { date: '2025-01-06', model: 'nobody' };
  const open = where === 'open' ? [...openDate(state)] : [];
  const index = open[which % open.length] ?? which % state.modelDays.length;
  return { date: dateAt(state, index), model: modelAt(state, index) };
}

const latestAttempt = (state: JobState, { date, model }: Place): number =>
  state === undefined || model === 'nobody' ? 1 : state.modelDays.at(indexOf(state, date, model)).attempt;
