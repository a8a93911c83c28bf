// Every shape in which an event was ever stored is kept as it was written, and is read and folded for ever.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncodedEvent } from '../../src/event-store/codec.js';
import { jobEventSchemas, type JobEvent } from '../../src/simulation/domain/events.js';
import { fold } from '../../src/simulation/domain/evolve.js';
import { statusOf, type Job } from '../../src/simulation/domain/job.js';
import { jobStreams } from '../../src/simulation/stream-kind.js';

const folder = join(import.meta.dirname, '../fixtures/events');

const stored = (type: JobEvent['type'], version: number): EncodedEvent =>
  JSON.parse(readFileSync(join(folder, `${type}.v${version}.json`), 'utf8')) as EncodedEvent;

/** What happened before, and what has become of the job and of its first model-day after it. */
const stories: Readonly<
  Record<JobEvent['type'], [before: JobEvent['type'][], job: string, modelDay: string]>
> = {
  JobCreated: [[], 'pending', 'pending'],
  ModelDayStarted: [['JobCreated'], 'running', 'running'],
  ModelDayCompleted: [['JobCreated', 'ModelDayStarted'], 'running', 'completed'],
  ModelDayAttemptFailed: [['JobCreated', 'ModelDayStarted'], 'running', 'pending'],
  ModelDayFailed: [['JobCreated', 'ModelDayStarted'], 'running', 'failed'],
  ModelDayReleased: [['JobCreated', 'ModelDayStarted'], 'running', 'pending'],
  JobClosed: [['JobCreated', 'ModelDayStarted'], 'failed', 'failed'],
  JobRetried: [['JobCreated', 'ModelDayStarted', 'JobClosed'], 'running', 'pending'],
  JobRemoved: [['JobCreated', 'ModelDayStarted', 'JobClosed'], 'failed', 'failed'],
};

const shapes = Object.entries(jobEventSchemas).flatMap(([type, { schemaVersion }]) =>
  Array.from({ length: schemaVersion }, (_, before) => [type as JobEvent['type'], before + 1] as const),
);

it.each(shapes)('%s of schema version %s is decoded and folded', (type, version) => {
  const [before, job, modelDay] = stories[type];
  const told = [
    ...before.map((earlier) => stored(earlier, jobEventSchemas[earlier].schemaVersion)),
    stored(type, version),
  ];
  expect(told.at(-1)).toMatchObject({ type, schema_version: version });
  const state = fold(
    undefined,
    told.map((event) => jobStreams.codec.decode(event)),
  ) as Job;
  expect(state.version).toBe(told.length);
  expect(statusOf(state)).toBe(job);
  expect(state.modelDays.at(0).status).toBe(modelDay);
  expect(state.removed).toBe(type === 'JobRemoved');
});

it('what is written today is what is kept of the newest version, to the letter', () => {
  for (const [type, { schemaVersion }] of Object.entries(jobEventSchemas)) {
    const kept = stored(type as JobEvent['type'], schemaVersion);
    expect(jobStreams.codec.encode(jobStreams.codec.decode(kept))).toEqual(kept);
  }
});

it('nothing is kept that no Daybook wrote', () => {
  expect(readdirSync(folder).toSorted()).toEqual(
    shapes.map(([type, version]) => `${type}.v${version}.json`).toSorted(),
  );
});
