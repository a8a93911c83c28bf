// A second kind, for the tests alone: numbers are added to counters, at once or by a worker, and a table shows their
// sums. It imports nothing, so that a service of sources and the built threads know the same one.

/**
 * @typedef {{ key: string, attempt: number }} OfAttempt
 * @typedef {{ type: 'CounterOpened', data: { counter_id: string } }
 *   | { type: 'Added', data: { amount: number } }
 *   | { type: 'AdditionAsked', data: { key: string, amount: number } }
 *   | { type: 'AdditionBegun', data: OfAttempt & { worker: string } }
 *   | { type: 'AdditionDone', data: OfAttempt }
 *   | { type: 'AdditionFailed', data: OfAttempt & { code: string, error: string, retry_at: string | null } }
 *   | { type: 'AdditionReleased', data: OfAttempt }
 *   | { type: 'CounterClosed', data: { code: string, closed_at: string } }
 *   | { type: 'CounterRemoved', data: object }} CounterEvent
 * @typedef {{ type: 'Add', counterId: string, amount: number }
 *   | { type: 'AskAddition', counterId: string, key: string, amount: number }
 *   | { type: 'BeginAddition', key: string, worker: string, now: string }
 *   | ({ type: 'FinishAddition' } & OfAttempt)
 *   | ({ type: 'FailAddition', code: string, error: string, retryAt: string | null } & OfAttempt)
 *   | ({ type: 'ReleaseAddition' } & OfAttempt)
 *   | { type: 'CloseCounter', code: string, now: string }
 *   | { type: 'RemoveCounter' }} CounterCommand
 * @typedef {{ amount: number, status: 'pending' | 'running' | 'done' | 'failed', attempt: number, notBefore: string | null }} Addition
 * @typedef {{
 *   counterId: string, sum: number, version: number, removed: boolean, closedAt: string | null,
 *   additions: Readonly<Record<string, Addition>>
 * } | undefined} Counter
 */

/** @param {'missing' | 'conflict'} kind @param {string} code */
const refusal = (kind, code) => Object.assign(new Error(code), { name: 'Refusal', kind, code, facts: {} });

/**
 * @param {NonNullable<Counter>} counter
 * @param {OfAttempt} attempt
 */
function refuseUnlessRunning(counter, { key, attempt }) {
  const addition = counter.additions[key];
  if (addition?.status !== 'running' || addition.attempt !== attempt)
    throw refusal('conflict', 'stale_attempt');
}

/** @type {import('../../src/event-store/decider.js').Decider<Counter, CounterCommand, CounterEvent>} */
const decider = {
  initialState: undefined,
  decide(counter, command) {
    if (command.type === 'Add' || command.type === 'AskAddition') {
      /** @type {CounterEvent} */
      const added =
        command.type === 'Add'
          ? { type: 'Added', data: { amount: command.amount } }
          : { type: 'AdditionAsked', data: { key: command.key, amount: command.amount } };
      return counter === undefined
        ? [{ type: 'CounterOpened', data: { counter_id: command.counterId } }, added]
        : [added];
    }
    if (counter === undefined || counter.removed) throw refusal('missing', 'counter_not_found');
    switch (command.type) {
      case 'BeginAddition': {
        const { key, worker } = command;
        const attempt = (counter.additions[key]?.attempt ?? 0) + 1;
        return [{ type: 'AdditionBegun', data: { key, attempt, worker } }];
      }
      case 'FinishAddition': {
        refuseUnlessRunning(counter, command);
        return [{ type: 'AdditionDone', data: { key: command.key, attempt: command.attempt } }];
      }
      case 'FailAddition': {
        refuseUnlessRunning(counter, command);
        const { key, attempt, code, error, retryAt } = command;
        return [{ type: 'AdditionFailed', data: { key, attempt, code, error, retry_at: retryAt } }];
      }
      case 'ReleaseAddition': {
        refuseUnlessRunning(counter, command);
        return [{ type: 'AdditionReleased', data: { key: command.key, attempt: command.attempt } }];
      }
      case 'CloseCounter':
        return counter.closedAt === null
          ? [{ type: 'CounterClosed', data: { code: command.code, closed_at: command.now } }]
          : [];
      case 'RemoveCounter':
        return [{ type: 'CounterRemoved', data: {} }];
    }
  },
  evolve(counter, event) {
    if (event.type === 'CounterOpened')
      return {
        counterId: event.data.counter_id,
        sum: 0,
        version: 1,
        removed: false,
        closedAt: null,
        additions: {},
      };
    if (counter === undefined) throw new Error('the stream is damaged');
    const next = { ...counter, version: counter.version + 1 };
    /** @param {string} key @param {Partial<Addition>} change */
    const change = (key, change) => ({
      ...next,
      additions: {
        ...counter.additions,
        [key]: {
          .../** @type {Addition} */ (
            counter.additions[key] ?? { amount: 0, status: 'pending', attempt: 0, notBefore: null }
          ),
          ...change,
        },
      },
    });
    switch (event.type) {
      case 'Added':
        return { ...next, sum: counter.sum + event.data.amount };
      case 'AdditionAsked':
        return change(event.data.key, { amount: event.data.amount });
      case 'AdditionBegun':
        return change(event.data.key, { status: 'running', attempt: event.data.attempt });
      case 'AdditionDone':
        return {
          ...change(event.data.key, { status: 'done' }),
          sum: counter.sum + (counter.additions[event.data.key]?.amount ?? 0),
        };
      case 'AdditionFailed': {
        const { key, retry_at: notBefore } = event.data;
        return change(key, { status: notBefore === null ? 'failed' : 'pending', notBefore });
      }
      case 'AdditionReleased':
        return change(event.data.key, { status: 'pending' });
      case 'CounterClosed':
        return { ...next, closedAt: event.data.closed_at };
      case 'CounterRemoved':
        return { ...next, removed: true };
    }
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

/** @param {NonNullable<Counter>} counter */
const openIn = ({ closedAt, additions }) =>
  closedAt === null
    ? Object.values(additions).filter(({ status }) => status === 'pending' || status === 'running').length
    : 0;

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
        open: { type: 'integer', nullable: false },
        closed_at: { type: 'text', nullable: true },
      },
    },
  ],
  rowsOf: (counter) =>
    counter === undefined || counter.removed
      ? []
      : [
          {
            counter_id: counter.counterId,
            sum: counter.sum,
            version: counter.version,
            open: openIn(counter),
            closed_at: counter.closedAt,
          },
        ],
  rowsTouchedBy: () => undefined,
};

const migrations = [
  {
    name: 'Counters1767000000000',
    statements: {
      sqlite: [
        `CREATE TABLE "counters" (
          counter_id TEXT PRIMARY KEY, sum INTEGER NOT NULL, version INTEGER NOT NULL, open INTEGER NOT NULL, closed_at TEXT)`,
      ],
    },
  },
];

/** @typedef {import('../../src/work/work-kind.js').WorkKind<Counter, CounterEvent, CounterCommand>} Additions */

/** Its failure codes are its own words, and what jams is tried more often. */
const codes = { executor_error: 'slipped', timeout: 'too_slow', lease_expired: 'lost', restart: 'crashed' };

/** @param {import('../../src/work/work-kind.js').Failure} failure */
const codeOf = ({ cause, thrown }) =>
  thrown instanceof Error && thrown.message === 'it jams' ? 'jammed' : codes[cause];

/** @returns {Promise<Additions>} */
const work = () =>
  Promise.resolve({
    name: 'addition',
    subjects: 'counters',
    concurrency: 2,
    timeLimit: { ms: 60_000, setting: 'ADDITION_TIMEOUT_MS' },
    onRestart: 'resume',
    restartError: 'The abacus fell down',
    withoutExecutor: 'nobody adds',

    openExecutor: () => Promise.resolve(undefined),
    async activeStreams(tables) {
      /** @type {{ counter_id: string }[]} */
      const rows = await tables.all('SELECT counter_id FROM counters WHERE open > 0 ORDER BY rowid');
      return rows.map(({ counter_id: counterId }) => `counter-${counterId}`);
    },
    *pending(counter) {
      for (const [workKey, { status, notBefore }] of Object.entries(counter?.additions ?? {}))
        if (status === 'pending') yield { workKey, notBefore };
    },
    requestOf: (counter, key, attempt) => ({
      counter_id: counter?.counterId ?? '',
      key,
      attempt,
      amount: counter?.additions[key]?.amount ?? 0,
    }),
    leaseOf(event) {
      switch (event.type) {
        case 'AdditionBegun': {
          const { key, attempt, worker } = event.data;
          return { type: 'begins', workKey: key, attempt, worker };
        }
        case 'AdditionDone':
        case 'AdditionFailed':
        case 'AdditionReleased':
          return { type: 'ends', workKey: event.data.key };
        case 'CounterClosed':
        case 'CounterRemoved':
          return { type: 'all-end' };
        default:
          return undefined;
      }
    },
    attemptIn(counter, key, attempt) {
      if (counter === undefined || counter.removed) throw refusal('missing', 'counter_not_found');
      if (counter.closedAt !== null) return 'cancelled';
      refuseUnlessRunning(counter, { key, attempt });
      return 'running';
    },
    retriesOf: (failure) => ({ attemptsMax: codeOf(failure) === 'jammed' ? 5 : 2, baseDelayMs: 0 }),
    pathOf: (streamId, key) =>
      `/counters/${streamId.slice('counter-'.length)}${key === undefined ? '' : `/additions/${key}`}`,

    start: (key, worker, now) => ({ type: 'BeginAddition', key, worker, now }),
    complete: (key, attempt) => ({ type: 'FinishAddition', key, attempt }),
    fail: (key, attempt, failure, retryTimes) => ({
      type: 'FailAddition',
      key,
      attempt,
      code: codeOf(failure),
      error: failure.error,
      retryAt: failure.retryable ? (retryTimes[attempt - 1] ?? null) : null,
    }),
    release: (key, attempt) => ({ type: 'ReleaseAddition', key, attempt }),
    close: (failure, now) => ({ type: 'CloseCounter', code: codeOf(failure), now }),
  });

/** @returns {Promise<import('../../src/work/expiry/expiry.js').Expiry<CounterCommand>>} */
const expiry = () =>
  Promise.resolve({
    subjects: 'counters',
    retentionDays: undefined,
    sizeMax: 10,
    async *ended(reader, until) {
      /** @type {{ counter_id: string, version: number }[]} */
      const rows = await reader.all(
        'SELECT counter_id, version FROM counters WHERE closed_at <= ? ORDER BY closed_at',
        until,
      );
      for (const { counter_id: counterId, version } of rows)
        yield { streamId: `counter-${counterId}`, version, size: 1 };
    },
    removal: () => ({ type: 'RemoveCounter' }),
  });

/** @returns {Promise<import('../../src/kind/gauge.js').Gauge[]>} */
const gauges = () =>
  Promise.resolve([
    {
      name: 'daybook_counter_sum',
      help: 'Sums by counter',
      labelNames: ['counter'],
      async read(reader) {
        /** @type {{ counter_id: string, sum: number }[]} */
        const rows = await reader.all('SELECT counter_id, sum FROM counters');
        return rows.map(({ counter_id: counter, sum: value }) => ({ labels: { counter }, value }));
      },
    },
  ]);

/** @returns {Promise<import('../../src/cli/terminal-kind.js').TerminalKind>} */
const terminal = () =>
  Promise.resolve({
    options: { amount: '<amount>' },
    addCommands(program, targets) {
      program.commandsGroup('Counters:');
      program
        .command('add <counter> <amount>')
        .description('add a number to a counter')
        .option('--database <path>')
        .option('--json')
        .action(
          /** @param {string} counter @param {string} amount @param {import('../../src/cli/target.js').TargetOptions} options */
          (counter, amount, options) =>
            targets.on(options, async ({ client }) => {
              const { body } = await client.ask('POST', `/counters/${counter}/add`, {
                amount: Number(amount),
              });
              targets.shell.print(`${counter}: ${/** @type {{ sum: number }} */ (body).sum}`);
            }),
        );
    },
  });

export const counterRules = {
  name: 'counter',
  streamPrefix: 'counter-',
  decider,
  codec,
  projection,
  migrations,
};

export const counterKind = {
  rules: () => Promise.resolve(counterRules),
  work,
  expiry,
  gauges,
  terminal,
};
