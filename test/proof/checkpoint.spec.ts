// Checkpoints: Go's checksum database's opens, ours has the form, and what has not is refused.
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from '../../src/proof/checkpoint.js';
import { emptyRoot, hashLeaf } from '../../src/proof/merkle.js';
import { signNote } from '../../src/proof/signed-note.js';
import { parseVerifierKey } from '../../src/proof/verifier-key.js';
import { goChecksumDatabase as go } from './known-notes.js';
import { testSigner } from './test-signer.js';

const signer = testSigner('daybook.example/log');
const root = hashLeaf(Buffer.from('hello world'));
const rootText = 'TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=';

describe('a checkpoint of another log', () => {
  const key = parseVerifierKey(go.verifierKey);

  it('opens with that log’s key and origin', () => {
    const checkpoint = openCheckpoint(go.note, key, go.origin);
    expect(checkpoint).toEqual({ origin: go.origin, size: go.size, root: Buffer.from(go.root, 'base64') });
    expect(go.note).toContain(formatCheckpoint(checkpoint));
  });

  it('does not open as one of a log that is named as the key', () => {
    expect(() => openCheckpoint(go.note, key)).toThrow(
      'The checkpoint is of the log "go.sum database tree", not of "sum.golang.org".',
    );
  });

  it('does not open when it was changed', () => {
    const changed = go.note.replace('30055305', '30055306');
    expect(() => openCheckpoint(changed, key, go.origin)).toThrow('is not one of this text');
  });
});

describe('a checkpoint', () => {
  it('is written as the format says', () => {
    const text = `go.sum database tree\n123456789012\n${rootText}\n`;
    expect(formatCheckpoint({ origin: 'go.sum database tree', size: 123456789012, root })).toBe(text);
    expect(parseCheckpoint(text)).toEqual({ origin: 'go.sum database tree', size: 123456789012, root });
  });

  it('comes back from its signed note', () => {
    const checkpoint = { origin: 'daybook.example/log', size: 42, root };
    const note = signCheckpoint(checkpoint, signer);
    expect(note).toMatch(/^daybook\.example\/log\n42\n[^\n]{44}\n\n— daybook\.example\/log [^\n ]+\n$/);
    expect(openCheckpoint(note, signer.verifierKey)).toEqual(checkpoint);
    expect(() => openCheckpoint(note, testSigner('daybook.example/log', 2).verifierKey)).toThrow(
      'is not signed by',
    );
  });

  it('may be of the empty log', () => {
    const checkpoint = { origin: 'daybook.example/log', size: 0, root: emptyRoot };
    expect(openCheckpoint(signCheckpoint(checkpoint, signer), signer.verifierKey)).toEqual(checkpoint);
  });

  it('may have extension lines, which are signed and passed over', () => {
    const note = signNote(`daybook.example/log\n42\n${rootText}\nextension\nanother\n`, signer);
    expect(openCheckpoint(note, signer.verifierKey)).toEqual({
      origin: 'daybook.example/log',
      size: 42,
      root,
    });
    expect(() => openCheckpoint(note.replace('another', 'anotheR'), signer.verifierKey)).toThrow(
      'is not one of this text',
    );
  });

  it.each([
    ['no newline at the end', `origin\n42\n${rootText}`, 'does not end in a newline'],
    ['no root', 'origin\n42\n', 'must have three lines at least'],
    ['an empty origin', `\n42\n${rootText}\n`, 'none of them empty'],
    ['an empty extension line', `origin\n42\n${rootText}\n\nextension\n`, 'none of them empty'],
    ['a leading zero', `origin\n042\n${rootText}\n`, 'The size in the checkpoint'],
    ['a sign', `origin\n+42\n${rootText}\n`, 'The size in the checkpoint'],
    ['a negative size', `origin\n-42\n${rootText}\n`, 'The size in the checkpoint'],
    ['a hexadecimal size', `origin\n0x2a\n${rootText}\n`, 'The size in the checkpoint'],
    ['a space after the size', `origin\n42 \n${rootText}\n`, 'The size in the checkpoint'],
    ['other digits', `origin\n４２\n${rootText}\n`, 'The size in the checkpoint'],
    ['a size beyond what is exact', `origin\n9007199254740992\n${rootText}\n`, 'The size in the checkpoint'],
    ['a short root', `origin\n42\n${rootText.slice(4)}\n`, 'The root in the checkpoint'],
    ['a long root', `origin\n42\nAAAA${rootText}\n`, 'The root in the checkpoint'],
    [
      'a root that is not in Base 64',
      `origin\n42\n${rootText.replace('=', '')}\n`,
      'The root in the checkpoint',
    ],
  ])('is refused with %s', (_, text, message) => {
    expect(() => parseCheckpoint(text)).toThrow(message);
    expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining({ name: 'ProofError' }));
  });

  it('is not written with what cannot be read again', () => {
    expect(() => formatCheckpoint({ origin: '', size: 0, root })).toThrow('"" cannot be the origin');
    expect(() => formatCheckpoint({ origin: 'two\nlines', size: 0, root })).toThrow('cannot be the origin');
    expect(() => formatCheckpoint({ origin: 'origin', size: -1, root })).toThrow('-1 is no size of a tree.');
    expect(() => formatCheckpoint({ origin: 'origin', size: 2 ** 53, root })).toThrow(
      'is no size of a tree.',
    );
    expect(() => formatCheckpoint({ origin: 'origin', size: 1, root: root.subarray(1) })).toThrow('not 31');
  });
});
