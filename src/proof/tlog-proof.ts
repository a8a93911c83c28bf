// Proofs in one file (C2SP tlog-proof): where an entry is in the log, the hashes that lead from it to a checkpoint, and
// the checkpoint. Who has the file and the log's verifier key needs nothing else, and no server.
import { openCheckpointBy, type Checkpoint } from './checkpoint.js';
import { fromBase64, fromDecimal } from './encoding.js';
import { leafHash, type StoredEvent } from './leaf.js';
import { hashBytes } from './merkle.js';
import { verifyInclusion } from './merkle-verification.js';
import { ProofError } from './proof-error.js';
import { parseEvent } from './proven-event.js';
import type { VerifierKey } from './verifier-key.js';

export interface TlogProof {
  /** Not authenticated by itself. Daybook puts the event here, in the form of `formatEvent`. */
  readonly extra?: Buffer;
  readonly index: number;
  /** From the leaf's sibling up to the child of the root. */
  readonly hashes: readonly Buffer[];
  /** The signed note, as the log gave it out. */
  readonly checkpoint: string;
}

const firstLine = 'c2sp.org/tlog-proof@v1';
const hashesMax = 64;
const proofLengthMax = 67_108_864;

/** "Format". Without extra data there is no extra line. */
export function formatProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const lines = [
    firstLine,
    ...(extra === undefined || extra.length === 0 ? [] : [`extra ${extra.toString('base64')}`]),
    `index ${index}`,
    ...hashes.map((each) => each.toString('base64')),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Reads the form only: nothing is verified. @throws ProofError when the text is not of the form */
export function parseProof(text: string): TlogProof {
  if (text.length > proofLengthMax) {
    throw new ProofError(`The proof is longer than ${proofLengthMax} characters.`);
  }
  const blank = text.indexOf('\n\n');
  if (blank < 0) throw new ProofError('The proof has no empty line before its checkpoint.');
  const lines = text.slice(0, blank).split('\n');
  if (lines.shift() !== firstLine) throw new ProofError(`The proof does not begin with ${firstLine}.`);
  const extra = lines[0]?.startsWith('extra ') === true ? parseExtra(lines.shift() ?? '') : {};
  const index = fromDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  if (index === undefined)
    throw new ProofError('The proof has no line "index" with a decimal where it should.');
  if (lines.length > hashesMax) throw new ProofError(`The proof has more than ${hashesMax} hashes.`);
  return { ...extra, index, hashes: lines.map(parseHash), checkpoint: text.slice(blank + 2) };
}

function parseExtra(line: string): { extra: Buffer } {
  const extra = fromBase64(line.slice('extra '.length));
  if (extra === undefined || extra.length === 0) {
    throw new ProofError('The extra line of the proof is not in Base 64.');
  }
  return { extra };
}

function parseHash(line: string): Buffer {
  const bytes = fromBase64(line);
  if (bytes?.length !== hashBytes) {
    throw new ProofError(
      `The proof has a line that is no hash of ${hashBytes} bytes in Base 64: ${JSON.stringify(line)}.`,
    );
  }
  return bytes;
}

/**
 * "Verifying a tlog proof": the event is one that the log held, at its place, when it signed the checkpoint.
 * @throws ProofError that says which step failed
 */
export function verifyProof({
  proof,
  verifierKeys,
}: {
  proof: string;
  /** Any of them may have signed. */
  verifierKeys: readonly VerifierKey[];
}): {
  event: StoredEvent;
  checkpoint: Checkpoint;
} {
  const { extra, index, hashes, checkpoint: note } = step('Format', () => parseProof(proof));
  const event = step('Event', () => {
    if (extra === undefined) throw new ProofError('The proof has no extra line with the event.');
    return parseEvent(extra);
  });
  const checkpoint = step('Checkpoint', () => openCheckpointBy(note, verifierKeys).checkpoint);
  step('Index', () => {
    if (index === event.position - 1) return;
    throw new ProofError(`The event at position ${event.position} cannot be at index ${index}.`);
  });
  step('Inclusion', () => {
    verifyInclusion({
      leafHash: leafHash(event),
      index,
      hashes,
      size: checkpoint.size,
      root: checkpoint.root,
    });
  });
  return { event, checkpoint };
}

function step<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    throw new ProofError(`${name}: ${error.message}`, { cause: error });
  }
}
