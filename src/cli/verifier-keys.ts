// Verifier keys as they are typed: the key itself, or the name of a file that holds it.
import { existsSync } from 'node:fs';
import { parseVerifierKey, type VerifierKey } from '../proof/verifier-key.js';
import { textOf } from './trouble.js';

/**
 * @param option where it was given
 * @throws Error when it is no key: nothing can be checked with it
 */
export function keyGiven(key: string, option: string): VerifierKey {
  const isFile = existsSync(key) || !key.includes('+');
  const text = isFile ? textOf(key) : key;
  try {
    return parseVerifierKey(text.trim());
  } catch (error) {
    const where = isFile ? `The file ${key}` : option;
    throw new Error(`${where} is not a verifier key as the service shows it at /audit/key.`, {
      cause: error,
    });
  }
}
