// The words in which a person and the API speak of jobs.
import type { KindWords } from '../../cli/terminal-kind.js';

export const jobWords: KindWords = {
  noun: 'job',
  streamPrefix: 'job-',
  firstEvent: 'JobCreated',
  eventsPath: (id) => `/jobs/${id}/events`,
};
