// The write path of any stream: load, decide, append, project, many commands in one commit.
import * as fc from 'fast-check';
import type { Reader } from '../../src/database/reader.js';
import { isRefusal } from '../../src/runtime/refusal.js';
import { workplace } from '../support/workplace.js';
import { Counters, refused, unwritableSum } from './counters.js';

const place = workplace();
let counters: Counters;

beforeEach(async () => {
  counters = await Counters.open(place);
});

const appendFromOutside = (
  position: number,
  streamId: string,
  version: number,
  amount: number,
): Promise<void> =>
  counters.opened.beside.edit(
    `INSERT INTO events (position, stream_id, version, type, schema_version, data, metadata, recorded_at)
     VALUES (${position}, '${streamId}', ${version}, 'Added', 1, '{"amount":${amount}}', '{}', '2025-01-20T14:30:00.000Z')`,
  );

const places = async (): Promise<[number, string, number][]> =>
  (await counters.log()).map(({ position, stream_id: streamId, version }) => [position, streamId, version]);

describe('a log', () => {
  it('counts positions over all streams and versions in each, from 1 and without a gap', async () => {
    await counters.add('a', [1, 2]);
    await Promise.all([counters.add('b', [3]), counters.add('a', [4]), counters.add('b', [5])]);
    expect(await places()).toEqual([
      [1, 'a', 1],
      [2, 'a', 2],
      [3, 'b', 1],
      [4, 'a', 3],
      [5, 'b', 2],
    ]);
  });

  it('has no gap where commands failed', async () => {
    await counters.add('a', [1]);
    await Promise.allSettled([
      counters.add('a', [9_999]),
      counters.opened.database.queue.run(async (transaction) => {
        await counters.addIn(transaction, 'b', [2]);
        throw refused;
      }),
      counters.add('a', [3]),
    ]);
    expect(await places()).toEqual([
      [1, 'a', 1],
      [2, 'a', 2],
    ]);
  });

  it('keeps events as JSON without spaces, and who caused them', async () => {
    await counters.add('a', [1]);
    expect(await counters.log()).toEqual([
      {
        position: 1,
        stream_id: 'a',
        version: 1,
        type: 'Added',
        schema_version: 1,
        data: '{"amount":1}',
        metadata: '{"actor":"tester","correlation_id":"c"}',
        recorded_at: '2025-01-20T14:30:00.000Z',
      },
    ]);
  });

  it('gives all events of a commit one time, which never goes back though the clock may', async () => {
    await Promise.all([counters.add('a', [1]), counters.add('b', [2])]);
    counters.nowMs -= 60_000;
    await counters.add('a', [3]);
    counters.nowMs += 61_000;
    await counters.add('a', [4]);
    expect((await counters.log()).map(({ recorded_at: recordedAt }) => recordedAt.slice(11))).toEqual([
      '14:30:00.000Z',
      '14:30:00.000Z',
      '14:30:00.000Z',
      '14:30:01.000Z',
    ]);
  });
});

describe('a command', () => {
  it('sees what its neighbours in the same commit did to its stream', async () => {
    const outcomes = await Promise.all([counters.add('a', [1]), counters.add('a', [2, 3])]);
    expect(outcomes.map(({ state, version }) => [state.sum, version])).toEqual([
      [1, 1],
      [6, 3],
    ]);
  });

  it('that is refused adds nothing, and its neighbours are written', async () => {
    const outcomes = await Promise.allSettled([
      counters.add('a', [1]),
      counters.add('a', [9_999]),
      counters.add('a', [2]),
    ]);
    expect(outcomes[1]).toEqual({ status: 'rejected', reason: refused });
    expect(await counters.sums()).toEqual({ a: 3 });
  });

  it('that changes nothing adds no event and announces nothing', async () => {
    await counters.add('a', [1]);
    expect(await counters.add('a', [])).toEqual({ state: { sum: 1 }, version: 1, events: [] });
    expect(await counters.log()).toHaveLength(1);
    expect(counters.committed).toEqual([['a', [1]]]);
  });

  it('is refused when the stream is not at the version that its caller expects', async () => {
    await counters.add('a', [1]);
    const conflict: unknown = await counters.add('a', [2], 3).catch((error: unknown) => error);
    expect(isRefusal(conflict)).toBe(true);
    expect(conflict).toMatchObject({
      kind: 'stale',
      code: 'version_conflict',
      message: 'Stream a is at version 1, not at the expected version 3.',
      facts: { expected_version: 3, actual_version: 1 },
    });
    expect(await counters.add('a', [2], 1)).toMatchObject({ version: 2 });
  });

  it('that expects a new stream finds it new once', async () => {
    const outcomes = await Promise.allSettled([counters.add('a', [1], 0), counters.add('a', [1], 0)]);
    expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'version_conflict' } }]);
    expect(await counters.sums()).toEqual({ a: 1 });
  });

  it('wins or loses against one that expects the same version, never both', async () => {
    await counters.add('a', [1]);
    const outcomes = await Promise.allSettled([1, 2, 3].map((amount) => counters.add('a', [amount], 1)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await counters.sums()).toEqual({ a: 2 });
  });
});

describe('a remembered state', () => {
  it('is not trusted when another connection has added to the stream', async () => {
    await counters.add('a', [1]);
    await appendFromOutside(2, 'a', 2, 10);
    await appendFromOutside(3, 'b', 1, 20);
    expect(await counters.add('a', [100])).toMatchObject({ state: { sum: 111 }, version: 3 });
    expect(await counters.add('b', [100])).toMatchObject({ state: { sum: 120 }, version: 2 });
  });

  it('holds nothing of a commit that was rolled back', async () => {
    await counters.add('a', [1]);
    const failed = counters.opened.database.queue.run(async (transaction) => {
      await counters.addIn(transaction, 'a', [10]);
      throw refused;
    });
    await expect(failed).rejects.toBe(refused);
    expect(await counters.add('a', [2])).toMatchObject({ state: { sum: 3 }, version: 2 });
  });

  it('is what folding the whole stream gives, however long it is', async () => {
    const amounts = Array.from({ length: 900 }, (_, index) => index);
    for (let round = 0; round < 3; round += 1) await counters.add('long', amounts);
    const remembered = await counters.add('long', []);
    counters.forgetStates();
    expect(await counters.add('long', [])).toEqual(remembered);
    expect(remembered).toMatchObject({ state: { sum: 3 * (899 * 450) }, version: 2_700 });
  });
});

describe('a stream that is not in memory', () => {
  const long = Array.from({ length: 900 }, () => 1);

  beforeEach(async () => {
    for (let round = 0; round < 10; round += 1) await counters.add('long', long);
    counters.forgetStates();
  });

  it('is folded ahead while the commands of others are written, once for all who ask', async () => {
    const { database } = counters.opened;
    let reads = 0;
    const reader: Reader = {
      ...database.reader,
      slice(...read) {
        reads += 1;
        return database.reader.slice(...read);
      },
    };
    const order: string[] = [];
    const asked = ['first', 'second'].map(async (who) => {
      await counters.streams.foldAhead(reader, 'long');
      order.push(who);
    });
    await counters.add('other', [1]);
    order.push('other');
    await Promise.all(asked);
    expect(order).toEqual(['other', 'first', 'second']);
    expect(reads).toBe(Math.ceil(9_000 / 256));
    expect(counters.streams.isFolded('long')).toBe(true);
    expect(await counters.add('long', [1])).toMatchObject({ state: { sum: 9_001 }, version: 9_001 });
  });

  it('is as its last commit left it, though that came while it was folded', async () => {
    const ahead = counters.streams.foldAhead(counters.opened.database.reader, 'long');
    expect(await counters.add('long', [1])).toMatchObject({ version: 9_001 });
    await ahead;
    expect(await counters.add('long', [1])).toMatchObject({ state: { sum: 9_002 }, version: 9_002 });
  });

  it('is asked for again after a fold that failed', async () => {
    const { database } = counters.opened;
    const broken: Reader = {
      ...database.reader,
      slice: () => Promise.reject(new Error('no such disk')),
    };
    await expect(counters.streams.foldAhead(broken, 'long')).rejects.toThrow('no such disk');
    expect(counters.streams.isFolded('long')).toBe(false);
    await counters.streams.foldAhead(database.reader, 'long');
    expect(counters.streams.isFolded('long')).toBe(true);
  });

  it('that has no events is not remembered', async () => {
    await counters.streams.foldAhead(counters.opened.database.reader, 'nothing');
    expect(counters.streams.isFolded('nothing')).toBe(false);
  });
});

describe('a projection', () => {
  it('writes once for a stream and a commit, before the commit', async () => {
    await Promise.all([counters.add('a', [1]), counters.add('b', [2]), counters.add('a', [3, 4])]);
    expect(counters.projected).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
    expect(await counters.sums()).toEqual({ a: 8, b: 2 });
  });

  it('is told where in the log a stream begins: of a new one, of one in memory, and of one that is not', async () => {
    const all = new Map([
      ['a', 1],
      ['b', 3],
    ]);
    const told = () => {
      const now = new Map(counters.firstPositions);
      counters.firstPositions.clear();
      return now;
    };
    await Promise.all([counters.add('a', [1, 2]), counters.add('b', [3]), counters.add('a', [4])]);
    expect(told()).toEqual(all);
    await Promise.all([counters.add('b', [5]), counters.add('a', [6])]);
    expect(told()).toEqual(all);
    counters.forgetStates();
    await Promise.all([counters.add('b', [7]), counters.add('a', [8])]);
    expect(told()).toEqual(all);
  });

  it('shows a command that asks what its neighbours in the same commit did, and shows no event twice', async () => {
    const seen = counters.opened.database.queue.run(async (transaction) => {
      const tables = await counters.streams.projected(transaction);
      return tables.all('SELECT * FROM counters');
    });
    await Promise.all([counters.add('a', [1]), seen]);
    await counters.add('a', [2]);
    expect(await seen).toEqual([]);

    const [, asked] = await Promise.all([
      counters.add('a', [3]),
      counters.opened.database.queue.run(async (transaction) => {
        const tables = await counters.streams.projected(transaction);
        return tables.all('SELECT * FROM counters');
      }),
      counters.add('a', [4]),
    ]);
    expect(asked).toEqual([{ stream_id: 'a', sum: 6 }]);
    expect(await counters.sums()).toEqual({ a: 10 });
  });

  it('that fails takes back the commands of its stream alone', async () => {
    const outcomes = await Promise.allSettled([
      counters.add('a', [1]),
      counters.add('bad', [unwritableSum]),
      counters.add('b', [2]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await counters.sums()).toEqual({ a: 1, b: 2 });
    expect(await places()).toEqual([
      [1, 'a', 1],
      [2, 'b', 1],
    ]);
    expect(counters.committed).toEqual([
      ['a', [1]],
      ['b', [2]],
    ]);
  });

  it('that a command asked for and that then refuses costs its neighbours nothing', async () => {
    let runs = 0;
    const askAndRefuse = () =>
      counters.opened.database.queue.run(async (transaction) => {
        runs += 1;
        await counters.streams.projected(transaction);
        throw refused;
      });
    const outcomes = await Promise.allSettled([
      counters.add('a', [1]),
      askAndRefuse(),
      counters.add('a', [2]),
      askAndRefuse(),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(await counters.sums()).toEqual({ a: 3 });
    expect(runs).toBe(2);
  });
});

describe('what was committed', () => {
  it('is announced once for each stream, when it is durable', async () => {
    await Promise.all([counters.add('a', [1]), counters.add('b', [2]), counters.add('a', [3])]);
    expect(counters.committed).toEqual([
      ['a', [1, 3]],
      ['b', [2]],
    ]);
  });

  it('is the same in whatever company the commands came', async () => {
    const command = fc.record({
      streamId: fc.constantFrom('a', 'b'),
      amounts: fc.array(
        fc.oneof({ weight: 5, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.constant(9_999) }),
        {
          maxLength: 3,
        },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(command, { maxLength: 5 }), { maxLength: 6 }), async (batches) => {
        const fresh = await Counters.open(place);
        for (const batch of batches) {
          await Promise.allSettled(batch.map(({ streamId, amounts }) => fresh.add(streamId, amounts)));
        }
        const accepted = batches.flat().filter(({ amounts }) => amounts.every((amount) => amount <= 1_000));
        const wanted = accepted.flatMap(({ streamId, amounts }) =>
          amounts.map((amount) => [streamId, amount]),
        );
        expect((await fresh.log()).map(({ stream_id: id, data }) => [id, JSON.parse(data).amount])).toEqual(
          wanted,
        );
        for (const [streamId, sum] of Object.entries(await fresh.sums())) {
          expect((await fresh.add(streamId, [])).state).toEqual({ sum });
        }
      }),
      { numRuns: 30 },
    );
  });
});
