// The queue before the write connection: what shares a commit, what is answered when, and who pays for whose mistake.
import * as fc from 'fast-check';
import { DatabaseUnavailable } from '../../src/database/database-error.js';
import type { Transaction } from '../../src/database/transaction.js';
import { systemRuntime } from '../../src/runtime/runtime.js';
import { workplace } from '../support/workplace.js';
import { commitsIn, notesIn, openTestDatabase, type TestDatabase } from './test-database.js';

const place = workplace();
let opened: TestDatabase;

beforeEach(async () => {
  opened = await openTestDatabase(place);
});

const note = (transaction: Transaction, text: string) =>
  transaction.run('INSERT INTO notes (text) VALUES (?)', text);

const write = (text: string): Promise<number> =>
  opened.database.queue.run(async (transaction) => note(transaction, text));

const refused = new Error('against the rules');

const refuse = (): Promise<never> =>
  opened.database.queue.run(() => {
    throw refused;
  });

const writeAndFail = (text: string): Promise<never> =>
  opened.database.queue.run(async (transaction) => {
    await note(transaction, text);
    throw refused;
  });

const writeAndFailBeforeCommit = (text: string): Promise<void> =>
  opened.database.queue.run(async (transaction) => {
    await note(transaction, text);
    transaction.beforeCommit(() => {
      throw refused;
    });
  });

const texts = (length: number): string[] => Array.from({ length }, (_, index) => `note ${index}`);

describe('the write queue', () => {
  it('makes everything that arrives in one turn durable in one commit, in the order of arrival', async () => {
    const before = commitsIn(opened.path);
    await Promise.all(texts(200).map(write));
    expect(commitsIn(opened.path) - before).toBe(1);
    expect(await notesIn(opened)).toEqual(texts(200));
  });

  it('runs what comes last behind all others of its commit, so that it sees what they did', async () => {
    const seen = opened.database.queue.runLast((transaction) =>
      transaction.all<{ text: string }>('SELECT text FROM notes'),
    );
    const before = commitsIn(opened.path);
    await Promise.all(texts(3).map(write));
    expect((await seen).map(({ text }) => text)).toEqual(texts(3));
    expect(commitsIn(opened.path) - before).toBe(1);
  });

  it('takes no more commands into one commit than its limit', async () => {
    opened = await openTestDatabase(place, { batchMax: 50 });
    const before = commitsIn(opened.path);
    await Promise.all(texts(120).map(write));
    expect(commitsIn(opened.path) - before).toBe(3);
    expect(await notesIn(opened)).toEqual(texts(120));
  });

  it('answers nobody before the commit, and everybody after it', async () => {
    let seenInside: string[] | undefined;
    const answered = opened.database.queue.run(async (transaction) => {
      await note(transaction, 'a');
      seenInside = await notesIn(opened);
    });
    const seenByAnswers = await Promise.all(
      [answered, write('b')].map((one) => one.then(() => notesIn(opened))),
    );
    expect(seenInside).toEqual([]);
    expect(seenByAnswers).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('runs one command after the other, though each may take many turns', async () => {
    const steps: string[] = [];
    const slow = (name: string) =>
      opened.database.queue.run(async (transaction) => {
        steps.push(`${name} begins`);
        await systemRuntime.nextTurn();
        await note(transaction, name);
        await systemRuntime.nextTurn();
        steps.push(`${name} ends`);
      });
    await Promise.all([slow('a'), slow('b')]);
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('keeps what commands of one commit share, and forgets it for the next', async () => {
    const key = {};
    const shared = () =>
      opened.database.queue.run((transaction) => transaction.once(key, () => ({ notes: 0 })));
    const [first, second] = await Promise.all([shared(), shared()]);
    expect(second).toBe(first);
    expect(await shared()).not.toBe(first);
  });

  it('announces a commit when it is durable, and before its callers know of it', async () => {
    const order: string[] = [];
    let seenThen: Promise<string[]> | undefined;
    await opened.database.queue
      .run(async (transaction) => {
        transaction.afterCommit(() => {
          seenThen = notesIn(opened);
          order.push('announced');
        });
        await note(transaction, 'a');
      })
      .then(() => order.push('answered'));
    expect(await seenThen).toEqual(['a']);
    expect(order).toEqual(['announced', 'answered']);
  });
});

describe('a command that fails', () => {
  it('before it has written costs its neighbours nothing: they share one commit', async () => {
    const before = commitsIn(opened.path);
    const outcomes = await Promise.allSettled([write('a'), refuse(), write('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toEqual({ status: 'rejected', reason: refused });
    expect(await notesIn(opened)).toEqual(['a', 'b']);
    expect(commitsIn(opened.path) - before).toBe(1);
  });

  it.each([
    ['after it has written', writeAndFail],
    ['just before the commit', writeAndFailBeforeCommit],
  ])('%s leaves nothing behind, and its neighbours are written', async (_, fail) => {
    const outcomes = await Promise.allSettled([write('a'), fail('half'), write('b')]);
    expect(outcomes[1]).toEqual({ status: 'rejected', reason: refused });
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await notesIn(opened)).toEqual(['a', 'b']);
  });

  it('because of a constraint fails alone', async () => {
    const outcomes = await Promise.allSettled([write('a'), write('a'), write('b')]);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } });
    expect(await notesIn(opened)).toEqual(['a', 'b']);
  });

  it('is announced to nobody, and its neighbours are announced once', async () => {
    const announced: string[] = [];
    const announce = (text: string, fails: boolean) =>
      opened.database.queue.run(async (transaction) => {
        transaction.afterCommit(() => {
          announced.push(text);
        });
        await note(transaction, text);
        if (fails) throw refused;
      });
    await Promise.allSettled([announce('a', false), announce('half', true), announce('b', false)]);
    expect(announced).toEqual(['a', 'b']);
  });

  it('does no harm in any company', async () => {
    const kinds = { write, refuse, writeAndFail, writeAndFailBeforeCommit };
    const someCommands = fc.array(fc.constantFrom(...Object.keys(kinds)), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(someCommands, async (commands) => {
        await opened.beside.edit('DELETE FROM notes');
        const outcomes = await Promise.allSettled(
          commands.map((kind, index) => kinds[kind as keyof typeof kinds](`note ${index}`)),
        );
        const wanted = commands.flatMap((kind, index) => (kind === 'write' ? [`note ${index}`] : []));
        expect(await notesIn(opened)).toEqual(wanted);
        expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(
          commands.map((kind) => kind === 'write'),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('a queue at its limits', () => {
  it('turns away what is one too many, and does what waits', async () => {
    opened = await openTestDatabase(place, { waitingMax: 3 });
    const outcomes = await Promise.allSettled(texts(4).map(write));
    expect(outcomes[3]).toEqual({ status: 'rejected', reason: new DatabaseUnavailable('overloaded') });
    expect(await notesIn(opened)).toEqual(texts(3));
    await expect(write('later')).resolves.toBe(1);
  });

  it('does what waits when it is closed, and refuses what comes later', async () => {
    const waiting = texts(3).map(write);
    const closing = opened.database.queue.close();
    await expect(write('late')).rejects.toMatchObject({ name: 'DatabaseUnavailable', reason: 'closed' });
    await closing;
    expect(await notesIn(opened)).toEqual(texts(3));
    await Promise.all(waiting);
  });
});
