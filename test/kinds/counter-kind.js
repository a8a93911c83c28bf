// A second kind, for the tests alone: numbers are added to counters, and a table shows their sums. It imports nothing,
// so that a service of sources and the built threads know the same one.

/**
 * @typedef {{ type: 'CounterOpened', data: { counter_id: string } }
 *   | { type: 'Added', data: { amount: number } }
 *   | { type: 'CounterRemoved', data: object }} CounterEvent
 * @typedef {{ type: 'Add', counterId: string, amount: number } | { type: 'Remove' }} CounterCommand
 * @typedef {{ counterId: string, sum: number, version: number, removed: boolean } | undefined} Counter
 */

/** @type {import('../../src/event-store/decider.js').Decider<Counter, CounterCommand, CounterEvent>} */
const decider = {
  initialState: undefined,
  decide(counter, command) {
    if (command.type === 'Remove')
      return counter === undefined || counter.removed ? [] : [{ type: 'CounterRemoved', data: {} }];
    const { counterId, amount } = command;
    /** @type {CounterEvent} */
    const added = { type: 'Added', data: { amount } };
    return counter === undefined
      ? [{ type: 'CounterOpened', data: { counter_id: counterId } }, added]
      : [added];
  },
  evolve(counter, event) {
    if (event.type === 'CounterOpened')
      return { counterId: event.data.counter_id, sum: 0, version: 1, removed: false };
    if (counter === undefined) throw new Error('the stream is damaged');
    const version = counter.version + 1;
    if (event.type === 'CounterRemoved') return { ...counter, version, removed: true };
    return { ...counter, version, sum: counter.sum + event.data.amount };
  },
  sizeOf: () => 1,
};

/** @type {import('../../src/event-store/codec.js').Codec<CounterEvent>} */
const codec = {
  encode: ({ type, data }) => ({ type, schema_version: 1, data: JSON.stringify(data) }),
  decode({ type, data }) {
    /** @type {unknown} */
    const read = JSON.parse(data);
    return /** @type {CounterEvent} */ ({ type, data: read });
  },
};

/** @type {import('../../src/projection/projected.js').Projection<Counter, CounterEvent>} */
const projection = {
  name: 'counters',
  version: 1,
  tables: [
    {
      name: 'counters',
      key: ['counter_id'],
      columns: {
        counter_id: { type: 'text', nullable: false },
        sum: { type: 'integer', nullable: false },
        version: { type: 'integer', nullable: false },
      },
    },
  ],
  rowsOf: (counter) =>
    counter === undefined || counter.removed
      ? []
      : [{ counter_id: counter.counterId, sum: counter.sum, version: counter.version }],
  rowsTouchedBy: () => undefined,
};

const migrations = [
  {
    name: 'Counters1767000000000',
    statements: {
      sqlite: [
        'CREATE TABLE "counters" (counter_id TEXT PRIMARY KEY, sum INTEGER NOT NULL, version INTEGER NOT NULL)',
      ],
    },
  },
];

export const counterKind = {
  name: 'counter',
  streamPrefix: 'counter-',
  decider,
  codec,
  projection,
  migrations,
};
