// Stored text and events: what was written by an older Daybook is read, what a newer one wrote is not guessed at.
import { EventCodec, type EventSchema } from '../../src/event-store/codec.js';
import { jobStreams } from '../../src/simulation/stream-kind.js';

interface Moved {
  type: 'Moved';
  data: { to: { x: number; y: number } };
}

const schema: EventSchema = {
  schemaVersion: 3,
  upcasts: {
    1: ({ x }) => ({ x, y: 0 }),
    2: ({ x, y }) => ({ to: { x, y } }),
  },
};
const codec = new EventCodec<Moved>({ Moved: schema });

const stored = (version: number, data: object, type = 'Moved') => ({
  type,
  schema_version: version,
  data: JSON.stringify(data),
});

it('writes the newest schema version, as JSON without spaces', () => {
  expect(codec.encode({ type: 'Moved', data: { to: { x: 1, y: 2 } } })).toEqual({
    type: 'Moved',
    schema_version: 3,
    data: '{"to":{"x":1,"y":2}}',
  });
});

it('reads what it wrote', () => {
  const event: Moved = { type: 'Moved', data: { to: { x: 1, y: -0.5 } } };
  expect(codec.decode(codec.encode(event))).toEqual(event);
});

it.each([
  [1, { x: 4 }, { to: { x: 4, y: 0 } }],
  [2, { x: 4, y: 5 }, { to: { x: 4, y: 5 } }],
  [3, { to: { x: 4, y: 5 } }, { to: { x: 4, y: 5 } }],
])('reads schema version %s as the newest one', (version, data, newest) => {
  expect(codec.decode(stored(version, data))).toEqual({ type: 'Moved', data: newest });
});

it('refuses what a newer Daybook wrote', () => {
  expect(() => codec.decode(stored(4, {}))).toThrow(
    'cannot read Moved of schema version 4: it comes from a newer Daybook',
  );
  expect(() => codec.decode(stored(1, {}, 'Flown'))).toThrow(
    'cannot read Flown of schema version 1: it comes from a newer Daybook',
  );
});

it('says which upcast is missing', () => {
  const forgetful = new EventCodec<Moved>({ Moved: { schemaVersion: 3, upcasts: { 2: (data) => data } } });
  expect(() => forgetful.decode(stored(1, {}))).toThrow('no upcast of Moved from schema version 1');
});

it('keeps every text that JSON can hold', () => {
  const error = 'a "quote", a line\nbreak, a \u0000, a \u2028, an é, a 💥 and half of one: \ud83d';
  const event = jobStreams.codec.decode(
    jobStreams.codec.encode({
      type: 'JobClosed',
      data: { error, failure_code: 'restart', closed_at: 'now' },
    }),
  );
  expect(event.data).toMatchObject({ error });
});
