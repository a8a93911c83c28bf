// What a refusal tells: its kind and code to a program, a sentence to a person.
import type { JobCommand } from '../../../src/simulation/domain/commands.js';
import { decide } from '../../../src/simulation/domain/decide.js';
import type { JobEvent } from '../../../src/simulation/domain/events.js';
import { Refusal } from '../../../src/runtime/refusal.js';
import { given, refusalOf } from './given.js';
import {
  ada,
  adaOnTuesday,
  attemptFailed,
  cancel,
  complete,
  completed,
  create,
  created,
  createdTwoByTwo,
  otherJob,
  remove,
  retry,
  start,
  started,
} from './story.js';

const running = [created(), started(ada, 1, 1)];
const finished = [...running, completed(ada, 1, 2)];

const refusals: [string, string, string, JobEvent[], JobCommand][] = [
  ['missing', 'job_not_found', 'There is no such job.', [], cancel(3)],
  [
    'missing',
    'model_day_not_found',
    'Job job-1 has no model-day of "ada" on 2025-01-07.',
    running,
    start(adaOnTuesday, 3),
  ],
  ['invalid', 'invalid_request', 'The job cannot be created.', [], create({ dates: [] })],
  [
    'conflict',
    'job_active',
    'Job job-2 is running; wait for its end or cancel it.',
    [],
    create({ blockedBy: otherJob }),
  ],
  [
    'conflict',
    'job_finished',
    'Job job-1 has ended (completed): nothing is left to cancel.',
    finished,
    cancel(3),
  ],
  [
    'conflict',
    'job_not_finished',
    'Job job-1 is running; wait for its end or cancel it first.',
    running,
    remove(3),
  ],
  ['conflict', 'nothing_to_retry', 'Every model-day of job job-1 is completed.', finished, retry(3)],
  [
    'conflict',
    'model_day_not_pending',
    '"ada" on 2025-01-06 is running, not pending.',
    running,
    start(ada, 3),
  ],
  [
    'conflict',
    'out_of_order',
    '2025-01-07 starts when every model of 2025-01-06 is done.',
    [createdTwoByTwo],
    start(adaOnTuesday, 3),
  ],
  [
    'conflict',
    'too_early',
    'The next attempt of "ada" on 2025-01-06 may start at 2025-01-20T14:00:10.000Z.',
    [...running, attemptFailed(ada, 1, 2, 10)],
    start(ada, 3),
  ],
  [
    'conflict',
    'stale_attempt',
    'Attempt 2 of "ada" on 2025-01-06 is over: it is running at attempt 1.',
    running,
    complete(ada, 2, 3),
  ],
];

describe('a refusal', () => {
  it.each(refusals)('is %s, %s: %s', (kind, code, message, events, command) => {
    const state = events.length === 0 ? undefined : given(...events).job;
    expect(refusalOf(() => decide(state, command))).toMatchObject({ kind, code, message });
  });

  it('is an error with a name, and without facts when there are none', () => {
    const refusal = new Refusal('conflict', 'too_late', 'It is too late.');
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({ name: 'Refusal', message: 'It is too late.' });
    expect(refusal.facts).toEqual({});
  });
});
