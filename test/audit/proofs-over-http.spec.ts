// Checkpoints and proofs from a service as it was built, checked as an auditor would.
import { Buffer } from 'node:buffer';
import { openCheckpoint } from '../../src/proof/checkpoint.js';
import { verifyConsistency, verifyInclusion } from '../../src/proof/merkle-verification.js';
import { verifyProof } from '../../src/proof/tlog-proof.js';
import { parseVerifierKey } from '../../src/proof/verifier-key.js';
import { settingsIn, startDaybook, type Daybook } from '../durability/daybook-process.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let daybook: Daybook;

beforeAll(async () => {
  daybook = await startDaybook(settingsIn(place, 'proofs', { MAX_ACTIVE_JOBS: '10' }));
});

afterAll(() => daybook.end('SIGTERM'));

const trigger = (date: string) =>
  daybook.post('/simulate/trigger', { date_range: [date], models: ['gpt-5'] });
const key = async () => parseVerifierKey(((await daybook.get('/audit/key')).body as string).trim());
const bytes = (hashes: string[]) => hashes.map((hash) => Buffer.from(hash, 'base64'));
const checkpoint = async () =>
  openCheckpoint((await daybook.get('/audit/checkpoint')).body as string, await key());

it('signs checkpoints that continue each other, and proves it', async () => {
  await trigger('2025-01-16');
  const older = await checkpoint();
  await trigger('2025-01-17');
  await trigger('2025-01-20');
  const newer = await checkpoint();
  expect([older.size, newer.size]).toEqual([1, 3]);
  const { body } = await daybook.get('/audit/proof/consistency?from=1&to=3');
  expect(body).toMatchObject({ from: 1, to: 3 });
  verifyConsistency({ from: 1, fromRoot: older.root, to: 3, toRoot: newer.root, hashes: bytes(body.hashes) });
});

it('proves that an event is in the log', async () => {
  const { size, root } = await checkpoint();
  const { body } = await daybook.get(`/audit/proof/inclusion?position=2&size=${size}`);
  expect(body).toMatchObject({ position: 2, index: 1, size });
  verifyInclusion({
    leafHash: Buffer.from(body.leaf_hash, 'base64'),
    index: 1,
    size,
    root,
    hashes: bytes(body.hashes),
  });

  const { body: proof, headers } = await daybook.get('/audit/proof/2.tlog-proof');
  expect(headers.get('content-type')).toMatch('text/plain');
  expect(verifyProof({ proof, verifierKeys: [await key()] }).event).toMatchObject({
    position: 2,
    type: 'JobCreated',
  });
});

it.each([
  ['/audit/proof/inclusion?position=99', 404, 'position_not_found'],
  ['/audit/proof/inclusion?position=1&size=99', 404, 'size_not_found'],
  ['/audit/proof/inclusion', 422, 'invalid_request'],
  ['/audit/proof/consistency?from=3&to=2', 422, 'invalid_range'],
  ['/audit/proof/99.tlog-proof', 404, 'position_not_found'],
  ['/audit/proof/x.tlog-proof', 404, 'not_found'],
])('refuses %s', async (path, status, code) => {
  expect(await daybook.get(path)).toMatchObject({ status, body: { code } });
});

it('verifies while it runs', async () => {
  expect((await daybook.post('/admin/verify')).body).toMatchObject({
    ok: true,
    events: 3,
    jobs: 3,
    difference_count: 0,
  });
});
