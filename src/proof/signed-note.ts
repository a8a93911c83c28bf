// A text and the signatures under it (C2SP signed-note, "Format"), signed and opened with Ed25519. What is not of the
// form is refused as a whole: a verifier must not be brought to read a note otherwise than its signer did.
import { sign, verify } from 'node:crypto';
import { fromBase64 } from './encoding.js';
import { ProofError } from './proof-error.js';
import { isKeyName, type Signer, type VerifierKey } from './verifier-key.js';

/** A verifier must take 16 signatures and may set a limit; post-quantum ones can have 5 kB each. */
const signaturesMax = 100;
const noteLengthMax = 1_048_576;

const keyIdBytes = 4;

/** The text of a note, and which of the known keys signed it: at least one. */
export interface OpenedNote {
  readonly text: string;
  readonly signedBy: readonly VerifierKey[];
}

interface Signature {
  readonly name: string;
  readonly id: string;
  readonly bytes: Buffer;
}

/** @throws ProofError when the text does not end in a newline, or has other control characters than newlines */
export function signNote(text: string, ...signers: readonly Signer[]): string {
  if (!text.endsWith('\n')) throw new ProofError('The text of a note must end in a newline.');
  requirePlainText(text);
  const lines = signers.map(({ verifierKey, privateKey }) => {
    const signature = sign(null, Buffer.from(text), privateKey);
    const signed = Buffer.concat([Buffer.from(verifierKey.id, 'hex'), signature]).toString('base64');
    return `— ${verifierKey.name} ${signed}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** Which keys the note says that it is signed by, as `<name>+<id>`; nothing is verified. */
export const signersNamedBy = (note: string): string[] =>
  parseSignatures(note.slice(note.lastIndexOf('\n\n') + 2)).map(({ name, id }) => `${name}+${id}`);

/**
 * Signatures of unknown keys are passed over; each one of a known key must be good, and one there must be.
 * @throws ProofError when the note is not of the form, or not so signed
 */
export function openNote(note: string, verifierKeys: readonly VerifierKey[]): OpenedNote {
  if (note.length > noteLengthMax) {
    throw new ProofError(`The note is longer than ${noteLengthMax} characters.`);
  }
  requirePlainText(note);
  // The text may have empty lines too: the last one of the note is the one that separates.
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0) throw new ProofError('The note has no empty line between its text and its signatures.');
  const text = note.slice(0, blank + 1);
  const signatures = parseSignatures(note.slice(blank + 2));
  const signedBy = new Set<VerifierKey>();
  for (const signature of signatures) {
    const key = knownKey(signature, verifierKeys);
    if (key === undefined) continue;
    if (!verify(null, Buffer.from(text), key.publicKey, signature.bytes)) {
      throw new ProofError(`The signature of ${key.name}+${key.id} is not one of this text.`);
    }
    signedBy.add(key);
  }
  if (signedBy.size === 0) {
    const wanted = verifierKeys.map(({ name, id }) => `${name}+${id}`).join(', ');
    throw new ProofError(`The note is not signed by ${wanted === '' ? 'any known key' : wanted}.`);
  }
  return { text, signedBy: [...signedBy] };
}

function parseSignatures(block: string): Signature[] {
  if (!block.endsWith('\n')) throw new ProofError('The note does not end in a newline after its signatures.');
  const lines = block.slice(0, -1).split('\n');
  if (lines.length > signaturesMax) {
    throw new ProofError(`The note has more than ${signaturesMax} signatures.`);
  }
  return lines.map(parseSignature);
}

function parseSignature(line: string): Signature {
  const [dash, name = '', base64 = '', ...rest] = line.split(' ');
  const bytes = fromBase64(base64);
  if (dash !== '—' || !isKeyName(name) || rest.length > 0 || bytes === undefined) {
    throw new ProofError(`The note has a line that is no signature: ${JSON.stringify(line)}.`);
  }
  if (bytes.length <= keyIdBytes) throw new ProofError(`The signature of ${name} in the note is too short.`);
  return { name, id: bytes.toString('hex', 0, keyIdBytes), bytes: bytes.subarray(keyIdBytes) };
}

function knownKey({ name, id }: Signature, keys: readonly VerifierKey[]): VerifierKey | undefined {
  const [key, another] = keys.filter((each) => each.name === name && each.id === id);
  if (another !== undefined) throw new ProofError(`There are two verifier keys ${name}+${id}.`);
  return key;
}

/** Valid UTF-8 without ASCII control characters other than newline. */
function requirePlainText(text: string): void {
  if (!text.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(text)) {
    throw new ProofError('A note must be UTF-8 text without control characters.');
  }
}
