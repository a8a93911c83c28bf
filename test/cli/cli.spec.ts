// The command line, as a person uses it: the built program on the database of a service that runs.
import { readFileSync, writeFileSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { loadOrCreateSigningKey } from '../../src/audit/signing-key.js';
import { parseNote, signCheckpoint } from '../../src/proof/checkpoint.js';
import { formatVerifierKey } from '../../src/proof/verifier-key.js';
import { Refusals } from '../../src/audit/refusals.js';
import { finishedJob } from '../support/finished-job.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { beginCommand, runDaybook, type Ended } from '../support/command.js';
import { until } from '../support/until.js';

const place = workplace();
let service: TestService;
let jobId: string;
let correlationId: string;
let database: string;

beforeAll(async () => {
  service = await startTestService(place);
  jobId = await finishedJob(service, ['2025-01-16'], ['gpt-5', 'claude-3.7-sonnet']);
  await service.post(`/jobs/${jobId}/cancel`, {}, { 'x-correlation-id': 'cancelling' });
  const { body } = await service.get('/events?limit=1');
  correlationId = body.items[0].metadata.correlation_id;
  const worker = 'x\n2026-01-01  409  forged  \u001b[31mPOST /evil \u009b31m';
  await service.post(`${service.modelDay(jobId, '2025-01-16', 'gpt-5')}/start`, { worker });
  await service.service.app.get(Refusals).flush();
  database = service.databasePath;
});

const daybook = (...words: string[]): Promise<Ended> => runDaybook(words);

/** A copy of the database, changed by hand. */
function edited(copy: string, statement: string): void {
  const source = new BetterSqlite3(database, { readonly: true });
  source.exec(`VACUUM INTO '${copy}'`);
  source.close();
  const editor = new BetterSqlite3(copy);
  editor.exec(statement);
  editor.close();
}

it('explains itself', async () => {
  const { code, out } = await daybook('--help');
  expect(code).toBe(0);
  for (const command of [
    'serve',
    'replay',
    'log',
    'verify',
    'backup',
    'restore',
    'migrate',
    'cleanup',
    'accept-rollback',
  ])
    expect(out).toContain(command);
});

describe('replay', () => {
  it("prints a job's life event by event, with the state after each", async () => {
    const { code, out } = await daybook('replay', jobId, '--database', database);
    const lines = out.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/JobCreated .* → pending 2 pending$/);
    expect(lines[1]).toMatch(/ModelDayStarted 2025-01-16 gpt-5 #1 .* → running 1 pending, 1 running$/);
    expect(lines[4]).toMatch(/→ completed 2 completed$/);
    expect(await daybook('replay', jobId.slice(0, 8), '--database', database)).toMatchObject({ code, out });
  });

  it('prints JSON for scripts', async () => {
    const { out } = await daybook('replay', jobId, '--database', database, '--json');
    const last = JSON.parse(out.trimEnd().split('\n').at(-1)!);
    expect(last).toMatchObject({ version: 5, type: 'ModelDayCompleted', state: { status: 'completed' } });
  });

  it('says that there is no such job', async () => {
    const { code, err } = await daybook('replay', '00000000', '--database', database);
    expect({ code, err }).toEqual({ code: 1, err: 'There is no job 00000000.\n' });
  });
});

describe('log', () => {
  it.each([
    [['--job', 'JOB'], 5],
    [['--actor', 'tester'], 4],
    [['--type', 'ModelDayCompleted'], 2],
    [['--since', '1h'], 5],
    [['--since', '2999-01-01'], 0],
    [['--limit', '3'], 3],
    [['--correlation', 'CORRELATION'], 1],
    [['--correlation', 'another'], 0],
    [['--refused', '--correlation', 'cancelling'], 1],
    [['--actor', 'tester', '--type', 'ModelDayStarted', '--limit', '1'], 1],
    [['--refused'], 2],
    [['--refused', '--actor', 'somebody'], 0],
  ])('filters by %j', async (words, count) => {
    const given = words.map((word) => ({ JOB: jobId, CORRELATION: correlationId })[word] ?? word);
    const { code, out } = await daybook('log', '--database', database, '--json', ...given);
    expect(code).toBe(0);
    expect(out.split('\n').filter((line) => line !== '')).toHaveLength(count);
  });

  it('shows on one line what others wrote, without what steers a terminal', async () => {
    const { out } = await daybook('log', '--refused', '--database', database);
    const line = out.split('\n').find((each) => each.includes('forged'));
    expect(line).toMatch(/422 {2}invalid_request +x 2026-01-01/);
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u0080-\u009f]/);
  });

  it('says that there is no such job', async () => {
    const nobody = '99999999-9999-4999-8999-999999999999';
    const { code, err } = await daybook('log', '--job', nobody, '--database', database);
    expect({ code, err }).toEqual({ code: 1, err: `There is no job ${nobody}.\n` });
  });

  it('asked for what it cannot tell, says so', async () => {
    const [empty, refusedType, noDay] = await Promise.all([
      daybook('log', '--job', '', '--database', database),
      daybook('log', '--refused', '--type', 'JobCreated', '--database', database),
      daybook('log', '--since', '2025-02-30', '--database', database),
    ]);
    expect(empty).toMatchObject({ code: 1, out: '', err: expect.stringContaining('There is no job') });
    expect(refusedType).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('cannot be used with'),
    });
    expect(noDay).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('"2025-02-30" is no moment'),
    });
  });

  it('prints the last ones', async () => {
    const all = (await daybook('log', '--database', database)).out.trimEnd().split('\n');
    const last = (await daybook('log', '--tail', '2', '--database', database)).out.trimEnd().split('\n');
    expect(last).toEqual(all.slice(-2));
    const typed = ['--type', 'ModelDayStarted', '--tail', '1', '--database', database];
    expect((await daybook('log', ...typed)).out).toMatch(/^ +4 .*ModelDayStarted.*\n$/);
  });

  it('goes on with those that come, each once, until Ctrl-C', async () => {
    const other = await startTestService(place);
    await finishedJob(other, ['2025-01-16'], ['a']);
    const following = beginCommand(['log', '--tail', '1', '--follow', '--url', other.url]);
    await until('it has printed the last one', () => following.out.includes('ModelDayCompleted'));
    const trigger = { date_range: ['2025-02-03'], models: ['late'] };
    const { body } = await other.post('/simulate/trigger', trigger);
    await until('it has printed the next one', () => following.out.includes(body.job_id));
    await other.post(`/jobs/${body.job_id}/cancel`);
    await until('it has printed the last event', () => following.out.includes('JobClosed'));
    following.interrupt();
    const { code, out } = await following.ended;
    expect([code, out.trimEnd().split('\n').length]).toEqual([130, 3]);
  });

  it('that finds nothing says so, and which types of events there are', async () => {
    const [unknown, none] = await Promise.all([
      daybook('log', '--type', 'Foo', '--database', database),
      daybook('log', '--type', 'JobRemoved', '--database', database),
    ]);
    expect(unknown).toMatchObject({ code: 0, out: '' });
    expect(unknown.err).toMatch(/^There are no events of the type Foo\. Those of a job are JobCreated, /);
    expect(none.err).toBe('There are no such events of the type JobRemoved.\n');
  });

  it('takes no limit that is no number', async () => {
    const { code, err } = await daybook('log', '--database', database, '--limit', 'x');
    expect(code).not.toBe(0);
    expect(err).toContain('whole number');
  });

  it('says how a moment is written', async () => {
    const { code, err } = await daybook('log', '--database', database, '--since', 'yesterday');
    expect(code).toBe(2);
    expect(err).toContain('12h');
  });
});

describe('verify', () => {
  it('ends with 0 when the tables are what the events say, while the service runs', async () => {
    const { code, out } = await daybook('verify', '--database', database);
    expect(code).toBe(0);
    // Before it, a warning may stand: no thread hashes the log of a service inside of the tests.
    expect(out).toMatch(/^The tables are what the events say: 5 events of 1 job\.\n$/m);
  });

  it('ends with 1 and says where they differ', async () => {
    const copy = place.path('edited.db');
    edited(copy, "UPDATE jobs SET status = 'failed'");
    const { code, out } = await daybook('verify', '--database', copy);
    expect(code).toBe(1);
    expect(out).toContain(`jobs ${jobId}: status is "failed"; the events say "completed"`);
  });

  it('ends with 2 when it cannot check', async () => {
    const { code, err } = await daybook('verify', '--database', place.path('nothing.db'));
    expect(code).toBe(2);
    expect(err).toContain('there is no such file');
  });

  it.each([
    ['verify', '--file', 'nothing.gz'],
    ['verify', '--proof', 'nothing.tlog-proof', '--key', 'nothing.key'],
    ['verify', '--file', place.path(), '--key', place.path()],
    ['verify', '--file', place.path()],
    ['export', place.path('no/where.gz'), '--database', 'DATABASE'],
    ['restore', 'nothing.db', '--database', place.path('empty', 'jobs.db')],
  ])('tells a person what is wrong with a file: %s %s %s', async (...words) => {
    const given = words.map((word) => (word === 'DATABASE' ? database : word));
    const { code, out, err } = await daybook(...given);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/(There is|there is) no (such )?(file|folder)|is a folder, and no file/);
    expect(err).not.toMatch(/\bE[A-Z]{3,}\b/);
  });
});

describe('verify with a checkpoint that was kept', () => {
  const [note, verifierKey] = [place.path('kept.checkpoint'), place.path('kept.key')];

  beforeAll(async () => {
    const exported = await daybook('export', place.path('kept.ndjson'), '--database', database, '--json');
    const { checkpoint, verifier_key: key } = JSON.parse(exported.out);
    writeFileSync(note, checkpoint);
    writeFileSync(verifierKey, key);
  });

  const against = (path: string, ...words: string[]) =>
    daybook('verify', '--database', path, '--checkpoint', note, '--key', verifierKey, ...words);

  it('says all that it says without one, and that the log continues it', async () => {
    const plain = await daybook('verify', '--database', database);
    expect(await against(database)).toEqual({
      ...plain,
      code: 0,
      out: `${plain.out}The log continues the checkpoint over 5.\n`,
    });
    const asJson = await daybook('verify', '--database', database, '--json');
    expect(JSON.parse((await against(database, '--json')).out)).toEqual(JSON.parse(asJson.out));
  });

  it.each([
    ['tables', "UPDATE jobs SET status = 'failed'", /status is "failed"; the events say "completed"/],
    [
      'the log',
      `DROP TRIGGER events_append_only;
       INSERT INTO events SELECT 0, 'job-0', 1, type, 1, data, metadata, recorded_at FROM events WHERE position = 1`,
      /where event 1 should be is event 0/,
    ],
  ])('still finds what was changed in %s', async (name, edit, found) => {
    const copy = place.path(`kept-${name}.db`);
    edited(copy, edit);
    const { code, out } = await against(copy);
    expect(code).toBe(1);
    expect(out).toMatch(found);
    expect(JSON.parse((await against(copy, '--json')).out)).toMatchObject({ ok: false });
  });

  it('compares each of several', async () => {
    const other = place.path('other.checkpoint');
    const key = loadOrCreateSigningKey(`${database}.key`, readFileSync(verifierKey, 'utf8').split('+')[0]!);
    const { origin } = parseNote(readFileSync(note, 'utf8'));
    writeFileSync(other, signCheckpoint({ origin, size: 4, root: Buffer.alloc(32) }, key));
    for (const pair of [
      [note, other],
      [other, note],
    ]) {
      const words = pair.flatMap((file) => ['--checkpoint', file]);
      const { code, out } = await daybook('verify', '--database', database, '--key', verifierKey, ...words);
      expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('signed checkpoint over 4') });
    }
  });
});

describe('proof', () => {
  it('exports the log with its checkpoint, which verify checks with nothing but the file and the key', async () => {
    const file = place.path('log.ndjson.gz');
    const { code, out } = await daybook('export', file, '--database', database);
    expect(code).toBe(0);
    const key = /The verifier key is (\S+)/.exec(out)?.[1] ?? '';
    expect(await daybook('verify', '--file', file, '--key', key)).toEqual({
      code: 0,
      out: 'The log is what it was: 5 events.\n',
      err: '',
    });
    expect(await daybook('export', file, '--database', database)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--force'),
    });
    const checkpoint = `${database}.key.checkpoint`;
    const again = await daybook('export', file, '--database', database, '--force', '--json');
    expect(JSON.parse(again.out)).toEqual({
      file,
      events: 5,
      checkpoint: readFileSync(checkpoint, 'utf8'),
      verifier_key: key,
    });
    expect(
      await daybook('verify', '--database', database, '--checkpoint', checkpoint, '--key', key),
    ).toMatchObject({
      code: 0,
    });
    const signer = loadOrCreateSigningKey(place.path('other.key'), key.split('+')[0]!);
    const otherKey = formatVerifierKey(signer.verifierKey);
    expect((await daybook('verify', '--file', file, '--key', otherKey)).code).toBe(1);
    const json = await daybook('verify', '--file', file, '--json');
    const warning = 'without --key the signature of the checkpoint was not checked';
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, events: 5, warnings: [warning] });
    expect(json.err).toBe(`Warning: ${warning}\n`);
  });

  it.each([
    [['--key', 'wrong+00000000+AAAA'], '--key goes with --checkpoint, --file or --proof'],
    [['--file', 'x', '--key', 'wrong+00000000+AAAA'], '--key is not a verifier key'],
    [['--file', 'x', '--key', 'nowhere'], 'nowhere'],
    [
      ['--proof', 'x', '--file', 'y', '--key', 'k'],
      "option '--proof <file>' cannot be used with option '--file",
    ],
    [['--proof', 'x', '--checkpoint', 'y', '--key', 'k'], "cannot be used with option '--checkpoint"],
    [['--file', 'x', '--database', 'y'], "cannot be used with option '--database"],
    [['--proof', 'x', '--database', 'y', '--key', 'k'], "cannot be used with option '--database"],
    [['--file', 'x', '--file', 'y'], 'It can be given once'],
  ])('checks all that it is asked to, or says that it cannot: %j', async (words, message) => {
    const { code, out, err } = await daybook('verify', ...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });
});
