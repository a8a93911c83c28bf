// Verifier keys as text, read as strictly as Go's note package reads them.
import { generateKeyPairSync } from 'node:crypto';
import { formatVerifierKey, isKeyName, parseVerifierKey, signerOf } from '../../src/proof/verifier-key.js';
import { enochRoot, goChecksumDatabase, peterNeumann, specificationExample } from './known-notes.js';
import { privateKeyOf, testSigner } from './test-signer.js';

describe('a verifier key', () => {
  it.each([peterNeumann, enochRoot, specificationExample, goChecksumDatabase])(
    'is read and written as published: $verifierKey',
    ({ verifierKey }) => {
      const key = parseVerifierKey(verifierKey);
      expect(`${key.name}+${key.id}`).toBe(verifierKey.split('+').slice(0, 2).join('+'));
      expect(formatVerifierKey(key)).toBe(verifierKey);
    },
  );

  it('comes from the private key', () => {
    const { verifierKey } = signerOf('PeterNeumann', privateKeyOf(Buffer.from(peterNeumann.seed, 'base64')));
    expect(formatVerifierKey(verifierKey)).toBe(peterNeumann.verifierKey);
  });

  it('is refused when any part of it is missing or any character is another', () => {
    const text = peterNeumann.verifierKey;
    for (let at = 1; at <= text.length; at += 1) {
      expect(() => parseVerifierKey(text.slice(at))).toThrow();
      expect(() => parseVerifierKey(text.slice(0, -at))).toThrow();
    }
    for (let at = 0; at < text.length; at += 1) {
      const other = String.fromCharCode(text.charCodeAt(at) + 1);
      expect(() => parseVerifierKey(text.slice(0, at) + other + text.slice(at + 1))).toThrow();
    }
  });

  it.each([
    ['', 'is no verifier key'],
    ['name+c74f20a3', 'is no verifier key'],
    [`${peterNeumann.verifierKey}\n`, 'is no verifier key'],
    [peterNeumann.verifierKey.replace('c74f20a3', 'C74F20A3'), 'is no verifier key'],
    [peterNeumann.verifierKey.replace('c74f20a3', 'c74f20a4'), 'is c74f20a3, not c74f20a4'],
    // Each with the id that belongs to it: a key that is too long, and one of another type.
    ['PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==', 'is no verifier key'],
    ['PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'is no Ed25519 key'],
    ['two words+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'is no key name'],
  ])('%j is refused', (text, message) => {
    expect(() => parseVerifierKey(text)).toThrow(message);
  });
});

describe('a key name', () => {
  it.each(['daybook.example/log', 'PeterNeumann', 'größe', '日本'])('may be %s', (name) => {
    expect(isKeyName(name)).toBe(true);
    expect(formatVerifierKey(parseVerifierKey(formatVerifierKey(testSigner(name).verifierKey)))).toContain(
      name,
    );
  });

  it.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\u3000', 'a\u0085', 'a\n', 'a\u0001', '\ud800'])(
    'is not %j',
    (name) => {
      expect(isKeyName(name)).toBe(false);
      expect(() => testSigner(name)).toThrow('is no key name');
    },
  );
});

describe('a signer', () => {
  it('has an Ed25519 private key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    expect(() => signerOf('name', publicKey)).toThrow('The signing key is no Ed25519 private key.');
    expect(signerOf('name', privateKey).verifierKey.name).toBe('name');
    const { privateKey: another } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => signerOf('name', another)).toThrow('The signing key is no Ed25519 private key.');
  });
});
