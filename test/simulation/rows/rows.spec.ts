// The rows of a job: what clients of the tables read.
import { rowsOf } from '../../../src/simulation/rows/rows.js';
import { given } from '../domain/given.js';
import {
  ada,
  adaOnTuesday,
  at,
  attemptFailed,
  bob,
  closed,
  completed,
  created,
  createdTwoByTwo,
  removed,
  started,
} from '../domain/story.js';

const never = {
  started_at: null,
  completed_at: null,
  duration_seconds: null,
  error: null,
  attempt: 0,
  worker: null,
  failure_code: null,
  not_before: null,
  result_version: null,
  earlier_attempts: null,
};

describe('the rows of a job', () => {
  it('are none before it is created and after it is removed', () => {
    expect(rowsOf(undefined, 7)).toBeUndefined();
    expect(rowsOf(given(created(), closed(1), removed(2)).job, 7)).toBeUndefined();
  });

  it('are one of the job, one of its progress, and one for each model-day, by date and then model', () => {
    const { job } = given(createdTwoByTwo, started(ada, 1, 5), completed(ada, 1, 7), started(bob, 1, 8));
    const rows = rowsOf(job, 7);
    expect(rows?.job).toEqual({
      job_id: 'job-1',
      config_path: 'configs/default.json',
      status: 'running',
      date_range: '["2025-01-06","2025-01-07"]',
      models: '["ada","bob"]',
      created_at: at(0),
      started_at: at(5),
      completed_at: null,
      total_duration_seconds: null,
      error: null,
    });
    expect(rows?.progress).toEqual({
      job_id: 'job-1',
      version: 4,
      total_model_days: 4,
      pending: 2,
      running: 1,
      completed: 1,
      failed: 0,
      request_fingerprint: 'f00d',
      created_position: 7,
    });
    expect([...(rows?.details ?? [])]).toEqual([
      {
        ...never,
        job_id: 'job-1',
        ...ada,
        status: 'completed',
        started_at: at(5),
        completed_at: at(7),
        duration_seconds: 2,
        attempt: 1,
        worker: 'worker-1',
        result_version: 3,
      },
      {
        ...never,
        job_id: 'job-1',
        ...bob,
        status: 'running',
        started_at: at(8),
        attempt: 1,
        worker: 'worker-1',
      },
      { ...never, job_id: 'job-1', ...adaOnTuesday, status: 'pending' },
      { ...never, job_id: 'job-1', ...adaOnTuesday, model: 'bob', status: 'pending' },
    ]);
  });

  it('show why a model-day waits, until when, and the attempts that are behind it as JSON', () => {
    const { job } = given(created(), started(ada, 1, 5), attemptFailed(ada, 1, 7, 17, 'timeout'));
    const [detail] = rowsOf(job, 7)?.details ?? [];
    expect(detail).toMatchObject({
      status: 'pending',
      error: 'It broke',
      failure_code: 'timeout',
      not_before: at(17),
      completed_at: null,
    });
    expect(JSON.parse(detail?.earlier_attempts ?? '')).toEqual(
      given(created(), started(ada, 1, 5), attemptFailed(ada, 1, 7, 17, 'timeout')).modelDay(ada)
        .earlierAttempts,
    );
  });

  it('hold the reason for which the job was closed, in the job and in what was open', () => {
    const { job } = given(createdTwoByTwo, started(ada, 1, 5), completed(ada, 1, 7), closed(9));
    const rows = rowsOf(job, 7);
    expect(rows?.job).toMatchObject({
      status: 'partial',
      completed_at: at(9),
      total_duration_seconds: 4,
      error: 'Cancelled',
    });
    const details = [...(rows?.details ?? [])];
    expect(details.map(({ status }) => status)).toEqual(['completed', 'failed', 'failed', 'failed']);
    expect(details.map((row) => row.failure_code)).toEqual([null, 'cancelled', 'cancelled', 'cancelled']);
  });
});
