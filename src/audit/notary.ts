// Signs checkpoints of the log and proves what is in it. It never signs what contradicts the newest checkpoint that it
// signed: that one lies beside the key, outside of the database.
import type { Log } from '../event-store/log.js';
import type { Refused } from '../event-store/refusal.js';
import { catchUp } from './log-tree.js';
import { readCheckpointFile, replaceCheckpointFile } from './proof/checkpoint-file.js';
import { formatCheckpoint, openCheckpoint, signCheckpoint, type Checkpoint } from './proof/checkpoint.js';
import { formatEvent } from './proof/proven-event.js';
import { loadOrCreateSigningKey } from './proof/signing-key.js';
import { consistencyProof, inclusionProof, leafHashAt, rootAt } from './proof/tile-tree.js';
import { formatProof } from './proof/tlog-proof.js';
import { formatVerifierKey, type Signer } from './proof/verifier-key.js';
import type { TileDatabase } from './tile-database.js';

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

/** A question about the log that has no answer, or must not have one. */
export class NotaryRefusal extends Error implements Refused {
  override readonly name = 'Refusal';

  constructor(
    readonly kind: 'missing' | 'conflict' | 'invalid',
    readonly code: string,
    detail: string,
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}

const base64 = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'));

export class Notary {
  private readonly signer: Signer;

  constructor(
    private readonly log: Log,
    private readonly tiles: TileDatabase,
    private readonly keyFile: string,
    private readonly origin: string,
  ) {
    this.signer = loadOrCreateSigningKey(keyFile, origin);
  }

  /** `<name>+<hash>+<base64>` (C2SP signed-note). */
  key(): string {
    return formatVerifierKey(this.signer.verifierKey);
  }

  /**
   * A signed note that covers every event committed before the call.
   * @throws NotaryRefusal `log_rolled_back`, with both checkpoints
   */
  async checkpoint(): Promise<string> {
    const size = await catchUp(this.log, this.tiles);
    const present: Checkpoint = { origin: this.origin, size, root: await rootAt(this.tiles, size) };
    const note = readCheckpointFile(this.keyFile);
    if (note !== undefined) {
      const signed = openCheckpoint(note, this.signer.verifierKey);
      await this.refuseUnlessContinued(signed, present);
      if (signed.size === size) return note;
    }
    const signed = signCheckpoint(present, this.signer);
    replaceCheckpointFile(this.keyFile, signed);
    return signed;
  }

  /** @param size of the tree; the present one when not given */
  async inclusion(position: number, size?: number): Promise<InclusionAnswer> {
    const known = await this.sizeWithin(size);
    if (position < 1 || position > known) {
      throw new NotaryRefusal(
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
      throw new NotaryRefusal(
        'invalid',
        'invalid_range',
        `from (${from}) must not be larger than to (${known}).`,
      );
    }
    const hashes = from === 0 || from === known ? [] : await consistencyProof(this.tiles, from, known);
    return { from, to: known, hashes: base64(hashes) };
  }

  /** One self-contained file (C2SP tlog-proof): the event, its proof, and the checkpoint that they lead to. */
  async proofFile(position: number): Promise<string> {
    const checkpoint = await this.checkpoint();
    const { size } = openCheckpoint(checkpoint, this.signer.verifierKey);
    const { index } = await this.inclusion(position, size);
    const [event] = this.log.page(index, position, 1, {}).events;
    if (event === undefined)
      throw new NotaryRefusal('missing', 'position_not_found', `There is no event ${position}.`);
    const hashes = await inclusionProof(this.tiles, index, size);
    return formatProof({ extra: formatEvent(event), index, hashes, checkpoint });
  }

  private async sizeWithin(size: number | undefined): Promise<number> {
    const present = await catchUp(this.log, this.tiles);
    if (size === undefined || size <= present) return size ?? present;
    throw new NotaryRefusal('missing', 'size_not_found', `The log has ${present} events, not ${size}.`);
  }

  private async refuseUnlessContinued(signed: Checkpoint, present: Checkpoint): Promise<void> {
    const root = signed.size <= present.size ? await rootAt(this.tiles, signed.size) : undefined;
    if (root?.equals(signed.root) === true) return;
    const detail =
      root === undefined
        ? `The log has ${present.size} events, and a checkpoint over ${signed.size} was signed: it was put back to an older state.`
        : `The first ${signed.size} events are not those that were signed: the log was rewritten.`;
    throw new NotaryRefusal('conflict', 'log_rolled_back', detail, {
      signed_checkpoint: formatCheckpoint(signed),
      present_checkpoint: formatCheckpoint(present),
    });
  }
}
