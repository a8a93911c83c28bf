// The signing key's file: made once, for its owner only, and never replaced.
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { openNote, signNote } from '../../src/proof/signed-note.js';
import { loadOrCreateSigningKey } from '../../src/audit/signing-key.js';
import { formatVerifierKey } from '../../src/proof/verifier-key.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
const name = 'daybook.example/log';
const writePrivately = (file: string, content: string): string => {
  writeFileSync(place.path(file), content, { mode: 0o600 });
  return place.path(file);
};
const pem = (base64: string): string => `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`;
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the signing key', () => {
  it('is made on first use, in a folder that is made too, and stays the same', () => {
    const path = place.path('new', 'folder', 'log.key');
    const made = loadOrCreateSigningKey(path, name);
    const loaded = loadOrCreateSigningKey(path, name);
    expect(formatVerifierKey(loaded.verifierKey)).toBe(formatVerifierKey(made.verifierKey));
    expect(openNote(signNote('text\n', made), [loaded.verifierKey]).text).toBe('text\n');
  });

  it('is for its owner only, whatever the mask, and leaves nothing else behind', () => {
    const path = place.path('private', 'log.key');
    const mask = process.umask(0);
    try {
      loadOrCreateSigningKey(path, name);
    } finally {
      process.umask(mask);
    }
    expect(modeOf(path)).toBe(0o600);
    expect(readdirSync(place.path('private'))).toEqual(['log.key']);
  });

  it('is PKCS#8 in PEM, as in the example of RFC 8410, Section 10.3', () => {
    const example = 'MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC';
    const path = writePrivately('example.key', pem(example));
    const { publicKey } = loadOrCreateSigningKey(path, name).verifierKey;
    expect(publicKey.export({ format: 'der', type: 'spki' }).toString('base64')).toBe(
      'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
    );
    loadOrCreateSigningKey(place.path('own.key'), name);
    const own = readFileSync(place.path('own.key'), 'utf8');
    expect(own).toBe(pem(own.split('\n')[1] ?? ''));
  });

  it('is another one for another log', () => {
    const one = loadOrCreateSigningKey(place.path('one.key'), name);
    const other = loadOrCreateSigningKey(place.path('other.key'), name);
    expect(formatVerifierKey(one.verifierKey)).not.toBe(formatVerifierKey(other.verifierKey));
  });

  it.each(['640', '604', '660', '644', '610'])('is refused when others can use it: mode %s', (mode) => {
    const path = place.path(`open-${mode}.key`);
    loadOrCreateSigningKey(path, name);
    chmodSync(path, parseInt(mode, 8));
    expect(() => loadOrCreateSigningKey(path, name)).toThrow(`chmod 600 ${path}`);
    chmodSync(path, 0o400);
    expect(loadOrCreateSigningKey(path, name).verifierKey.name).toBe(name);
  });

  it('is refused, and left alone, when the file holds something else', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const contents = {
      empty: '',
      garbage: 'not a key\n',
      half: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString().slice(0, 60),
      public: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      rsa: rsa.export({ format: 'pem', type: 'pkcs8' }).toString(),
      encrypted: privateKey
        .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
      long: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() + ' '.repeat(16_384),
    };
    for (const [file, content] of Object.entries(contents)) {
      const path = writePrivately(`${file}.key`, content);
      expect(() => loadOrCreateSigningKey(path, name)).toThrow(`${path} holds no Ed25519 private key in PEM`);
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
  });

  it('says why when the file can be neither read nor made', () => {
    mkdirSync(place.path('folder.key'), { mode: 0o700 });
    expect(() => loadOrCreateSigningKey(place.path('folder.key'), name)).toThrow(
      'Cannot read the signing key',
    );
    symlinkSync(place.path('nowhere'), place.path('link.key'));
    expect(() => loadOrCreateSigningKey(place.path('link.key'), name)).toThrow(
      /Cannot make the signing key .*EEXIST/,
    );
    const below = `${writePrivately('file', 'x')}/log.key`;
    expect(() => loadOrCreateSigningKey(below, name)).toThrow(/Cannot (read|make) the signing key .*ENOTDIR/);
  });

  it('wants a name that a key can have', () => {
    expect(() => loadOrCreateSigningKey(place.path('named.key'), 'two words')).toThrow('is no key name');
  });
});
