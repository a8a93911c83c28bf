// Keys of signed notes (C2SP signed-note, "Signatures" and "Verifier keys"): a name, a short id, and an Ed25519 key.
import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { fromBase64 } from './encoding.js';
import { ProofError } from './proof-error.js';

/** What a verifier must have got from the log's owner, and not from the log. */
export interface VerifierKey {
  readonly name: string;
  /** Eight hex digits: which key this is. It guards against mistakes, not against forgers. */
  readonly id: string;
  readonly publicKey: KeyObject;
}

export interface Signer {
  readonly verifierKey: VerifierKey;
  readonly privateKey: KeyObject;
}

/** "Signature types": Ed25519 as the specification describes it. */
const ed25519Type = Buffer.of(0x01);
const publicKeyBytes = 32;
/** What stands before the 32 bytes in a SubjectPublicKeyInfo in DER (RFC 8410, Section 4). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** Non-empty, without Unicode spaces and pluses; nor with control characters, which a note cannot hold. */
export const isKeyName = (name: string): boolean =>
  name.isWellFormed() && /^[^\p{White_Space}\p{Cc}+]+$/u.test(name);

/** @throws ProofError when the name cannot be a key's name, or the key is no Ed25519 private key */
export function signerOf(name: string, privateKey: KeyObject): Signer {
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') {
    throw new ProofError('The signing key is no Ed25519 private key.');
  }
  return { verifierKey: verifierKeyOf(name, rawBytes(createPublicKey(privateKey))), privateKey };
}

/** `<name>+<8 hex digits of the id>+<Base 64 of type and public key>`: the text that is handed to auditors. */
export function formatVerifierKey({ name, id, publicKey }: VerifierKey): string {
  return `${name}+${id}+${Buffer.concat([ed25519Type, rawBytes(publicKey)]).toString('base64')}`;
}

/** @throws ProofError when the text is no verifier key, its id belongs to another key, or its type is not Ed25519 */
export function parseVerifierKey(text: string): VerifierKey {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text);
  const [, name = '', id, base64 = ''] = parts ?? [];
  const material = fromBase64(base64);
  if (parts === null || material === undefined) {
    throw new ProofError(`${JSON.stringify(text)} is no verifier key: it should be <name>+<id>+<key>.`);
  }
  if (!material.subarray(0, 1).equals(ed25519Type) || material.length !== 1 + publicKeyBytes) {
    throw new ProofError(`The verifier key of ${name} is no Ed25519 key.`);
  }
  const key = verifierKeyOf(name, material.subarray(1));
  if (key.id !== id) throw new ProofError(`The id of the verifier key of ${name} is ${key.id}, not ${id}.`);
  return key;
}

function verifierKeyOf(name: string, publicKey: Buffer): VerifierKey {
  if (!isKeyName(name)) {
    throw new ProofError(`${JSON.stringify(name)} is no key name: it must have no spaces and no plus.`);
  }
  return {
    name,
    id: hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), ed25519Type, publicKey]), 'hex').slice(0, 8),
    publicKey: createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' }),
  };
}

/** The 32 bytes of RFC 8032: the end of the DER. */
const rawBytes = (publicKey: KeyObject): Buffer =>
  publicKey.export({ format: 'der', type: 'spki' }).subarray(-publicKeyBytes);
