// The words in which a person and the API speak of jobs.
import type { KindWords } from '../../cli/terminal-kind.js';

export const jobWords: KindWords = {
  noun: 'job',
  streamPrefix: 'job-',
  firstEvent: 'JobCreated',
  eventTypes: async () => (await import('../job-replay.js')).jobReplay.eventTypes,
  eventsPath: (id) => `/jobs/${id}/events`,
};
