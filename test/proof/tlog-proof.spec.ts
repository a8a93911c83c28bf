// A proof in one file: it holds without the server, and each way to spoil it fails at the step that should notice.
import fc from 'fast-check';
import { signCheckpoint } from '../../src/proof/checkpoint.js';
import { leafHash, type StoredEvent } from '../../src/proof/leaf.js';
import { inclusionProofIn, rootOf } from '../../src/proof/merkle.js';
import { formatEvent } from '../../src/proof/proven-event.js';
import { formatProof, parseProof, verifyProof, type TlogProof } from '../../src/proof/tlog-proof.js';
import { specificationExample } from './known-notes.js';
import { testSigner } from './test-signer.js';

const origin = 'daybook.example/log';
const signer = testSigner(origin);
const { verifierKey } = signer;

const event = (position: number): StoredEvent => ({
  position,
  stream_id: 'job-00000000-0000-4000-8000-000000000001',
  version: position,
  type: 'ModelDayStarted',
  schema_version: 1,
  recorded_at: '2026-11-02T09:00:00.000Z',
  data: `{"date":"2026-11-02","note":"größe \\u2028 ${position}"}`,
  metadata: '{"actor":"anna","correlation_id":"c"}',
});

const leaves = Array.from({ length: 70 }, (_, index) => leafHash(event(index + 1)));

function proofOf(position: number, size: number): TlogProof & { extra: Buffer } {
  const root = rootOf(leaves.slice(0, size));
  return {
    extra: formatEvent(event(position)),
    index: position - 1,
    hashes: inclusionProofIn(leaves.slice(0, size), position - 1),
    checkpoint: signCheckpoint({ origin, size, root }, signer),
  };
}

const verifying = (proof: string) => () => verifyProof({ proof, verifierKeys: [verifierKey] });

describe('a proof of an event', () => {
  it('holds for every event of the log', () => {
    for (const size of [1, 2, 3, 7, 8, 64, 70]) {
      for (let position = 1; position <= size; position += 1) {
        const verified = verifyProof({
          proof: formatProof(proofOf(position, size)),
          verifierKeys: [verifierKey],
        });
        expect(verified.event).toEqual(event(position));
        expect(verified.checkpoint).toMatchObject({ origin, size });
      }
    }
  });

  it('has the form of the specification', () => {
    const proof = proofOf(3, 8);
    const lines = formatProof(proof).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'c2sp.org/tlog-proof@v1',
      `extra ${proof.extra.toString('base64')}`,
      'index 2',
    ]);
    expect(lines.slice(3, 6)).toEqual(proof.hashes.map((each) => each.toString('base64')));
    expect(lines.slice(6).join('\n')).toBe(`\n${proof.checkpoint}`);
  });

  it('carries the event as JSON with the stored text in it', () => {
    expect(proofOf(3, 8).extra.toString()).toBe(
      '{"position":3,"stream_id":"job-00000000-0000-4000-8000-000000000001","version":3,"type":"ModelDayStarted","schema_version":1,"recorded_at":"2026-11-02T09:00:00.000Z","data":"{\\"date\\":\\"2026-11-02\\",\\"note\\":\\"größe \\\\u2028 3\\"}","metadata":"{\\"actor\\":\\"anna\\",\\"correlation_id\\":\\"c\\"}"}',
    );
  });

  it('does not hold when any character of it is another', () => {
    const text = formatProof(proofOf(3, 8));
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom('A', 'B', '0', '1', ' ', '\n', '='),
        (at, other) => {
          fc.pre(text[at] !== other);
          expect(verifying(text.slice(0, at) + other + text.slice(at + 1))).toThrow(
            expect.objectContaining({ name: 'ProofError' }),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not hold for another event', () => {
    const altered = { ...event(3), data: '{"date":"2026-11-03"}' };
    expect(verifying(formatProof({ ...proofOf(3, 8), extra: formatEvent(altered) }))).toThrow(
      'Inclusion: The hashes lead from this leaf to another root.',
    );
  });

  it('does not hold at another place', () => {
    expect(verifying(formatProof({ ...proofOf(3, 8), index: 3 }))).toThrow(
      'Index: The event at position 3 cannot be at index 3.',
    );
    const elsewhere = { ...proofOf(3, 8), index: 3, extra: formatEvent({ ...event(3), position: 4 }) };
    expect(verifying(formatProof(elsewhere))).toThrow(
      'Inclusion: The hashes lead from this leaf to another root.',
    );
    const beyond = { ...proofOf(3, 8), index: 8, extra: formatEvent(event(9)) };
    expect(verifying(formatProof(beyond))).toThrow('Inclusion: A tree of size 8 has no leaf at index 8.');
  });

  it('does not hold with fewer or more hashes', () => {
    const proof = proofOf(3, 8);
    expect(verifying(formatProof({ ...proof, hashes: proof.hashes.slice(1) }))).toThrow(
      'Inclusion: The proof has too few',
    );
    expect(verifying(formatProof({ ...proof, hashes: [...proof.hashes, leaves[0]!] }))).toThrow(
      'Inclusion: The proof has too many',
    );
  });

  it('does not hold under a checkpoint of another key, another log or another text', () => {
    const proof = proofOf(3, 8);
    const root = rootOf(leaves.slice(0, 8));
    const otherKey = signCheckpoint({ origin, size: 8, root }, testSigner(origin, 2));
    const otherLog = signCheckpoint({ origin: 'daybook.example/other', size: 8, root }, signer);
    expect(verifying(formatProof({ ...proof, checkpoint: otherKey }))).toThrow(
      'Checkpoint: The note is not signed by',
    );
    expect(verifying(formatProof({ ...proof, checkpoint: otherLog }))).toThrow(
      'Checkpoint: The checkpoint is of the log',
    );
    expect(verifying(formatProof({ ...proof, checkpoint: specificationExample.note }))).toThrow(
      'Checkpoint: ',
    );
    expect(verifying(formatProof(proof).replace('\n8\n', '\n9\n'))).toThrow('Checkpoint: The signature of');
  });

  it.each([
    ['is missing', '', 'Event: The proof has no extra line with the event.'],
    ['is not UTF-8', Buffer.of(0xff), 'Event: The extra line of the proof is not UTF-8.'],
    ['is not JSON', '{', 'Event: The extra line of the proof is not JSON.'],
    ['is no object', 'null', 'Event: The extra line of the proof is no event'],
    ['is a list', '[]', 'Event: The extra line of the proof is no event'],
    ['lacks a field', JSON.stringify({ ...event(3), data: undefined }), 'is no event'],
    ['has a decoded field', JSON.stringify({ ...event(3), data: {} }), 'is no event'],
    ['has position 0', JSON.stringify(event(0)), 'is no event'],
    ['has half a character', JSON.stringify({ ...event(3), data: '\ud800' }), 'is no event'],
    [
      'has another field',
      JSON.stringify({ ...event(3), more: 1 }),
      'is not written as Daybook writes an event',
    ],
    [
      'has a field twice',
      formatEvent(event(3)).toString().replace('{', '{"data":"x",'),
      'is not written as Daybook',
    ],
    ['has spaces', JSON.stringify(event(3), undefined, 1), 'is not written as Daybook'],
    ['has a byte order mark', `\ufeff${formatEvent(event(3)).toString()}`, 'is not JSON'],
  ])('does not hold when the event %s', (_, extra, message) => {
    const proof = { ...proofOf(3, 8), extra: Buffer.from(extra) };
    expect(verifying(formatProof(proof))).toThrow(message);
  });
});

describe('the form of a proof', () => {
  const hash = leaves[0]!.toString('base64');
  const note = 'any note\n\nwith an empty line in it\n';

  it('is read back as it was written', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((each) => Buffer.from(each));
    const extra = fc.option(fc.uint8Array({ minLength: 1 }), { nil: undefined });
    fc.assert(
      fc.property(extra, fc.maxSafeNat(), fc.array(bytes, { maxLength: 64 }), (each, index, hashes) => {
        const proof = {
          ...(each === undefined ? {} : { extra: Buffer.from(each) }),
          index,
          hashes,
          checkpoint: note,
        };
        expect(parseProof(formatProof(proof))).toEqual(proof);
      }),
    );
  });

  it('has no extra line without extra data', () => {
    const proof = { index: 0, hashes: [], checkpoint: note };
    expect(formatProof({ ...proof, extra: Buffer.alloc(0) })).toBe(
      `c2sp.org/tlog-proof@v1\nindex 0\n\n${note}`,
    );
    expect(parseProof(formatProof(proof))).toEqual(proof);
  });

  it.each([
    ['is empty', '', 'no empty line'],
    ['has no empty line', 'c2sp.org/tlog-proof@v1\nindex 0\n', 'no empty line'],
    [
      'is of another version',
      `c2sp.org/tlog-proof@v2\nindex 0\n\n${note}`,
      'does not begin with c2sp.org/tlog-proof@v1',
    ],
    ['begins with a space', ` c2sp.org/tlog-proof@v1\nindex 0\n\n${note}`, 'does not begin with'],
    ['has no index', `c2sp.org/tlog-proof@v1\n\n${note}`, 'no line "index"'],
    ['has a hash for an index', `c2sp.org/tlog-proof@v1\n${hash}\n\n${note}`, 'no line "index"'],
    ['has a negative index', `c2sp.org/tlog-proof@v1\nindex -1\n\n${note}`, 'no line "index"'],
    ['has a leading zero', `c2sp.org/tlog-proof@v1\nindex 01\n\n${note}`, 'no line "index"'],
    [
      'has an index beyond what is exact',
      `c2sp.org/tlog-proof@v1\nindex 9007199254740992\n\n${note}`,
      'no line "index"',
    ],
    [
      'has extra data that is no Base 64',
      `c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n${note}`,
      'not in Base 64',
    ],
    ['has an empty extra line', `c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n${note}`, 'not in Base 64'],
    [
      'has extra data twice',
      `c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 0\n\n${note}`,
      'no line "index"',
    ],
    [
      'has extra data after the index',
      `c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\n${note}`,
      'is no hash',
    ],
    [
      'has a short hash',
      `c2sp.org/tlog-proof@v1\nindex 0\n${hash.slice(4)}\n\n${note}`,
      'is no hash of 32 bytes',
    ],
    ['has carriage returns', `c2sp.org/tlog-proof@v1\r\nindex 0\r\n\n${note}`, 'does not begin with'],
    [
      'has too many hashes',
      `c2sp.org/tlog-proof@v1\nindex 0\n${`${hash}\n`.repeat(65)}\n${note}`,
      'more than 64 hashes',
    ],
    ['is too long', 'x'.repeat(67_108_865), 'longer than 67108864 characters'],
  ])('is refused when it %s', (_, text, message) => {
    expect(() => parseProof(text)).toThrow(message);
    expect(verifying(text)).toThrow('Format: ');
  });
});
