// Signers for tests: the same seed makes the same key.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { signerOf, type Signer } from '../../src/proof/verifier-key.js';

/** An Ed25519 private key in PKCS#8 (RFC 8410, Section 7) is this and the 32 bytes of the seed. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

export const privateKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });

export const testSigner = (name: string, seed = 1): Signer =>
  signerOf(name, privateKeyOf(Buffer.alloc(32, seed)));
