// The rules that look across jobs.
import {
  blockerOf,
  refuseWhenBlocked,
  sameRequestWindowMs,
  statusesThatAnswerAgain,
  statusesThatAreActive,
  type ActiveJob,
} from '../../../src/simulation/domain/admission.js';
import { refusalOf } from './given.js';
import { monday, tuesday } from './story.js';

const older: ActiveJob = { jobId: 'job-1', dates: [monday, tuesday], status: 'running' };
const newer: ActiveJob = { jobId: 'job-2', dates: [tuesday], status: 'pending' };

describe('one more job', () => {
  it('has room while fewer are active than allowed', () => {
    expect(blockerOf([], 1)).toBeNull();
    expect(blockerOf([older], 2)).toBeNull();
  });

  it('is blocked by the oldest one when all places are taken', () => {
    expect(blockerOf([older], 1)).toBe(older);
    expect(blockerOf([older, newer], 2)).toBe(older);
  });

  it('is blocked by the oldest one when the limit was lowered below what is active', () => {
    expect(blockerOf([older, newer], 1)).toBe(older);
  });

  it('is let in when nothing blocks it', () => {
    expect(() => {
      refuseWhenBlocked(null);
    }).not.toThrow();
  });

  it('is refused with the id, the dates and the status of the job in its way', () => {
    const refusal = refusalOf(() => {
      refuseWhenBlocked(older);
    });
    expect(refusal).toMatchObject({
      kind: 'conflict',
      code: 'job_active',
      message: 'Job job-1 is running; wait for its end or cancel it.',
      facts: { current_job_id: 'job-1', current_date_range: [monday, tuesday], current_status: 'running' },
    });
  });
});

describe('the same request', () => {
  it('is answered again by a job that is pending, running or completed: not by one that failed in part', () => {
    expect(statusesThatAnswerAgain).toEqual(['pending', 'running', 'completed']);
  });

  it('counts as the same for 24 hours', () => {
    expect(sameRequestWindowMs).toBe(86_400_000);
  });
});

it('takes pending and running jobs for active', () => {
  expect(statusesThatAreActive).toEqual(['pending', 'running']);
});
