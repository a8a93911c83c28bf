// Signs checkpoints of the log and proves what is in it. It never signs what contradicts the newest checkpoint that it
// signed: that one lies beside the key, outside of the database.
import type { Log } from '../event-store/log.js';
import { readKeyLine, type KeyLine, type LineKey } from './key-line.js';
import { acceptanceIn } from './log-kind.js';
import { growTree, keepUp } from './log-tree.js';
import { Refusal } from '../runtime/refusal.js';
import { readCheckpointFile, replaceCheckpointFile } from './checkpoint-file.js';
import { leafHash } from '../proof/leaf.js';
import { formatCheckpoint, parseNote, signCheckpoint, type Checkpoint } from '../proof/checkpoint.js';
import { ProofError } from '../proof/proof-error.js';
import { formatEvent } from '../proof/proven-event.js';
import { loadOrCreateSigningKey, loadSigningKey } from './signing-key.js';
import { consistencyProof, inclusionProof, leafHashAt, rootAt } from '../proof/tile-tree.js';
import { formatProof } from '../proof/tlog-proof.js';
import { formatVerifierKey, type Signer } from '../proof/verifier-key.js';
import type { LogTiles } from '../database/engine.js';
import { UnusableEvidence } from '../proof/unusable-evidence.js';

export interface InclusionAnswer {
  position: number;
  index: number;
  size: number;
  leaf_hash: string;
  hashes: string[];
}

export interface ConsistencyAnswer {
  from: number;
  to: number;
  hashes: string[];
}

/** What was signed, and what the log is now: the one does not continue the other. */
export interface Rollback {
  /** The newest checkpoint that was signed, as a signed note. */
  note: string;
  signed: Checkpoint;
  present: Checkpoint;
}

const base64 = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'));

export class Notary {
  constructor(
    private readonly log: Log,
    private readonly tiles: LogTiles,
    private readonly keyFile: string,
    private readonly origin: string,
  ) {}

  /**
   * `<name>+<hash>+<base64>` (C2SP signed-note).
   * @throws UnusableEvidence as every question that needs the key
   */
  async key(): Promise<string> {
    return formatVerifierKey((await this.signer()).verifierKey);
  }

  /** The key and those before it, and for which sizes each of them signs. */
  async keys(): Promise<LineKey[]> {
    const line = await this.line();
    return line.keys(line.newest ?? (await this.key()));
  }

  /** Brings a part of the tree up to date before anybody asks; tells whether something is left. */
  keepUp(): Promise<boolean> {
    return keepUp(this.log, this.tiles);
  }

  /**
   * A signed note that covers every event committed before the call.
   * @throws Refusal `log_rolled_back`, with both checkpoints
   */
  async checkpoint(): Promise<string> {
    const present = await this.present();
    const newest = await this.newest();
    if (newest !== undefined) {
      if (!(await this.continues(newest.signed, present))) throw rolledBack(newest.signed, present);
      if (newest.signed.size === present.size) return newest.note;
    }
    return this.sign(present);
  }

  /** Undefined when the log continues the newest checkpoint that was signed, or none was. */
  async rollback(): Promise<Rollback | undefined> {
    const present = await this.present();
    const newest = await this.newest();
    if (newest === undefined || (await this.continues(newest.signed, present))) return undefined;
    return { ...newest, present };
  }

  /**
   * Signs the log as it is, though it contradicts what was signed before.
   * @param position of the event by which exactly that was accepted
   * @throws Error when there is no such event
   */
  async signAfter(position: number): Promise<string> {
    const event = await this.log.at(position);
    const accepted = event === undefined ? undefined : acceptanceIn(event)?.note;
    if (accepted === undefined || accepted !== (await this.newest())?.note) {
      throw new Error(`Event ${position} does not accept that the newest signed checkpoint no longer holds.`);
    }
    return this.sign(await this.present());
  }

  /** @param size of the tree; the present one when not given */
  async inclusion(position: number, size?: number): Promise<InclusionAnswer> {
    const known = await this.sizeWithin(size);
    if (position < 1 || position > known) {
      throw new Refusal(
        'missing',
        'position_not_found',
        `There is no event ${position} among the first ${known}.`,
      );
    }
    const index = position - 1;
    const [leaf, hashes] = [
      await leafHashAt(this.tiles, index),
      await inclusionProof(this.tiles, index, known),
    ];
    return { position, index, size: known, leaf_hash: leaf.toString('base64'), hashes: base64(hashes) };
  }

  async consistency(from: number, to?: number): Promise<ConsistencyAnswer> {
    const known = await this.sizeWithin(to);
    if (from > known) {
      throw new Refusal('invalid', 'invalid_range', `from (${from}) must not be larger than to (${known}).`);
    }
    const hashes = from === 0 || from === known ? [] : await consistencyProof(this.tiles, from, known);
    return { from, to: known, hashes: base64(hashes) };
  }

  /** One self-contained file (C2SP tlog-proof): the event, its proof, and the checkpoint that they lead to. */
  async proofFile(position: number): Promise<string> {
    const checkpoint = await this.checkpoint();
    const { size } = parseNote(checkpoint);
    const { index } = await this.inclusion(position, size);
    const event = await this.log.at(position);
    if (event === undefined || !leafHash(event).equals(await leafHashAt(this.tiles, index)))
      throw new Refusal(
        'conflict',
        'log_damaged',
        `Event ${position} is not what was recorded there: POST /admin/verify tells more.`,
      );
    const hashes = await inclusionProof(this.tiles, index, size);
    return formatProof({ extra: formatEvent(event), index, hashes, checkpoint });
  }

  private async sizeWithin(size: number | undefined): Promise<number> {
    const present = await growTree(this.log, this.tiles);
    if (size === undefined || size <= present) return size ?? present;
    throw new Refusal('missing', 'size_not_found', `The log has ${present} events, not ${size}.`);
  }

  private line(): Promise<KeyLine> {
    return readKeyLine(this.log, this.origin);
  }

  /**
   * Made on first use: bringing the tree up to date needs no key. Read each time: a file that others can read by now, or
   * that has gone, is a key no longer. What the log was signed with once is never made anew without a word.
   */
  private async signer(): Promise<Signer> {
    const { keyFile, origin } = this;
    const { newest, newestSince } = await this.line();
    const kept = usable(() => loadSigningKey(keyFile, origin));
    const wayOut = 'Put it back; if it is lost, see daybook key replace.';
    if (kept === undefined) {
      if (newest === undefined && usable(() => readCheckpointFile(keyFile)) === undefined)
        return usable(() => loadOrCreateSigningKey(keyFile, origin));
      throw new UnusableEvidence(`The signing key ${keyFile} is missing, and the log was signed. ${wayOut}`);
    }
    if (newest !== undefined && newest !== formatVerifierKey(kept.verifierKey))
      throw new UnusableEvidence(
        `${keyFile} is not the key that signs this log since event ${newestSince}: ${newest}. ${wayOut} When daybook key was cut off, give the same command again.`,
      );
    return kept;
  }

  /** Covers every event committed before the call. */
  private async present(): Promise<Checkpoint> {
    const size = await growTree(this.log, this.tiles);
    return { origin: this.origin, size, root: await rootAt(this.tiles, size) };
  }

  private async newest(): Promise<{ note: string; signed: Checkpoint } | undefined> {
    const note = usable(() => readCheckpointFile(this.keyFile));
    if (note === undefined) return undefined;
    const line = await this.line();
    const kept = usable(() => loadSigningKey(this.keyFile, this.origin));
    const signed = usable(
      () => line.openNewest(note, kept === undefined ? [] : [kept.verifierKey]),
      `The newest signed checkpoint, beside ${this.keyFile}, cannot be used (if the key is lost, see daybook key replace): `,
    );
    return { note, signed };
  }

  private async continues(signed: Checkpoint, present: Checkpoint): Promise<boolean> {
    return signed.size <= present.size && (await rootAt(this.tiles, signed.size)).equals(signed.root);
  }

  private async sign(checkpoint: Checkpoint): Promise<string> {
    const note = signCheckpoint(checkpoint, await this.signer());
    replaceCheckpointFile(this.keyFile, note);
    return note;
  }
}

/** @throws UnusableEvidence instead of a ProofError: what lies there proves nothing */
function usable<T>(read: () => T, what = ''): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ProofError ? new UnusableEvidence(what + error.message, { cause: error }) : error;
  }
}

function rolledBack(signed: Checkpoint, present: Checkpoint): Refusal {
  const what =
    signed.size > present.size
      ? `The log has ${present.size} events, and a checkpoint over ${signed.size} was signed: it was put back to an older state`
      : `The first ${signed.size} events are not those that were signed: the log was put back and went on, or was rewritten`;
  const detail = `${what}. Nothing is signed until an admin accepts that: daybook accept-rollback.`;
  return new Refusal('conflict', 'log_rolled_back', detail, {
    signed_checkpoint: formatCheckpoint(signed),
    present_checkpoint: formatCheckpoint(present),
  });
}
