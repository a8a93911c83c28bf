// The rule that a job's status follows from its model-days.
import fc from 'fast-check';
import {
  deriveJobStatus,
  hasEnded,
  type JobStatus,
  type ModelDayStatus,
} from '../../../src/simulation/domain/status.js';
import { countsOf, ruleOf } from './naive-rule.js';

const derived = (statuses: ModelDayStatus[], everStarted = true): JobStatus =>
  deriveJobStatus(countsOf(statuses), everStarted);

describe('the status of a job', () => {
  it('is pending while no model-day ever started', () => {
    expect(derived(['pending', 'pending'], false)).toBe('pending');
  });

  it('is running from the first start on, also while nothing runs at the moment', () => {
    expect(derived(['running', 'pending'])).toBe('running');
    expect(derived(['pending', 'pending'])).toBe('running');
    expect(derived(['completed', 'pending'])).toBe('running');
    expect(derived(['failed', 'pending'])).toBe('running');
    expect(derived(['completed', 'failed', 'running'])).toBe('running');
  });

  it('is completed when every model-day is', () => {
    expect(derived(['completed', 'completed'])).toBe('completed');
  });

  it('is failed when every model-day is', () => {
    expect(derived(['failed', 'failed'])).toBe('failed');
  });

  it('is failed when the job was closed before anything started: it has ended, so it is not pending', () => {
    expect(derived(['failed', 'failed'], false)).toBe('failed');
  });

  it('is partial when some are completed and the others failed', () => {
    expect(derived(['completed', 'failed'])).toBe('partial');
    expect(derived(['completed', 'failed', 'failed'])).toBe('partial');
  });

  it('is the rule as it is written, for any model-days', () => {
    const statuses = fc.array(fc.constantFrom<ModelDayStatus>('pending', 'running', 'completed', 'failed'), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(statuses, fc.boolean(), (all, everStarted) => {
        expect(derived(all, everStarted)).toBe(ruleOf(all, everStarted));
      }),
    );
  });
});

describe('the end of a job', () => {
  it.each<[JobStatus, boolean]>([
    ['pending', false],
    ['running', false],
    ['completed', true],
    ['partial', true],
    ['failed', true],
  ])('%s: %s', (status, ended) => {
    expect(hasEnded(status)).toBe(ended);
  });
});
