import { DatabaseUnavailable } from '../../src/database/database-error.js';
import { errorFacts } from '../../src/observability/error-facts.js';

it('shows type, message, code, stack and cause, and nothing else that an error carries', () => {
  const driver = Object.assign(new Error('disk I/O error'), {
    code: 'SQLITE_IOERR',
    parameters: ['secret'],
    query: 'INSERT …',
  });
  const facts = errorFacts(new DatabaseUnavailable('io', driver));
  expect(facts).toEqual({
    type: 'DatabaseUnavailable',
    message: 'the database is not readable or writable',
    stack: expect.stringContaining('error-facts.spec'),
    cause: {
      type: 'Error',
      message: 'disk I/O error',
      code: 'SQLITE_IOERR',
      stack: expect.stringContaining('error-facts.spec'),
    },
  });
  expect(JSON.stringify(facts)).not.toContain('secret');
});

it.each([
  ['a text', 'no', { type: 'string', message: 'no' }],
  ['nothing', undefined, { type: 'undefined', message: 'undefined' }],
])('takes %s that was thrown', (_, thrown, facts) => {
  expect(errorFacts(thrown)).toEqual(facts);
});

it('ends on an error that is its own cause', () => {
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(errorFacts(error)).match(/"round"/g)).toHaveLength(6);
});
