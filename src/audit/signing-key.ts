// The log's signing key: an Ed25519 private key, PKCS#8 in PEM, in a file that only its owner can read.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, linkSync, openSync, readFileSync, statSync } from 'node:fs';
import { failedWith, writeDurably } from '../runtime/durable-files.js';
import { isOpenToOthers } from '../runtime/private-files.js';
import { ProofError } from '../proof/proof-error.js';
import { signerOf, type Signer } from '../proof/verifier-key.js';

const keyFileBytesMax = 16_384;

/**
 * Reads the key in the file, or makes one there when there is no file. Of several processes that do so at the same
 * time one makes the key and all use it.
 * @param name the key's name in signatures: the origin of the log
 * @throws ProofError when the file cannot be read or made, is not private, or holds no such key
 */
export function loadOrCreateSigningKey(path: string, name: string): Signer {
  const pem = readKeyFile(path) ?? createKeyFile(path);
  return signerOf(name, parseKey(path, pem));
}

/**
 * The key in the file; undefined when there is none.
 * @throws ProofError as `loadOrCreateSigningKey` does
 */
export function loadSigningKey(path: string, name: string): Signer | undefined {
  const pem = readKeyFile(path);
  return pem === undefined ? undefined : signerOf(name, parseKey(path, pem));
}

/** Something else is in the file, or less than a key. */
export class NoKeyInFile extends ProofError {}

function readKeyFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw cannot('read', path, error);
  }
  try {
    const there = fstatSync(file);
    if (isOpenToOthers(there)) {
      throw new ProofError(
        `Others than its owner can use the signing key ${path}. Take that away: chmod 600 ${path}`,
      );
    }
    if (there.size > keyFileBytesMax) throw notAKey(path);
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof ProofError ? error : cannot('read', path, error);
  } finally {
    closeSync(file);
  }
}

/** A sentence without its name, when it is there and `loadOrCreateSigningKey` would refuse it without reading it. */
export function problemOfKeyFile(path: string): string | undefined {
  const there = statSync(path, { throwIfNoEntry: false });
  return there !== undefined && isOpenToOthers(there)
    ? 'Others than its owner can use the signing key: nothing is signed until that is taken away (chmod 600).'
    : undefined;
}

function createKeyFile(path: string): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  try {
    writeDurably(path, pem, (temporary) => {
      // Unlike a rename, a link does not replace the key that another process made in the meantime.
      linkSync(temporary, path);
    });
    return pem;
  } catch (error) {
    const theirs = failedWith(error, 'EEXIST') ? readKeyFile(path) : undefined;
    if (theirs === undefined) throw cannot('make', path, error);
    return theirs;
  }
}

function parseKey(path: string, pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw notAKey(path, error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw notAKey(path);
  return key;
}

const notAKey = (path: string, cause?: unknown): NoKeyInFile =>
  new NoKeyInFile(
    `${path} holds no Ed25519 private key in PEM (PKCS#8, not encrypted). Put the log's key back; if it is lost, daybook key replace puts another one in its place.`,
    { cause },
  );

const cannot = (what: string, path: string, cause: unknown): ProofError =>
  new ProofError(`Cannot ${what} the signing key ${path}: ${(cause as Error).message}.`, { cause });
