// Holds a log against what is known of it: the leaf hashes that were kept of its events, and checkpoints that were
// signed. It needs neither server nor database, and one pass.
import { acceptanceIn, type Acceptance } from './log-kind.js';
import type { Checkpoint } from '../proof/checkpoint.js';
import { leafHash, type StoredEvent } from '../proof/leaf.js';
import { ProofError } from '../proof/proof-error.js';
import { emptyRoot, hashBytes, hashNode } from '../proof/merkle.js';
import { tileWidth } from '../proof/tiles.js';

/** The leaf hashes that were kept of a log. */
export interface KeptLeaves {
  /** How many there were before the check began. */
  size: number;
  /** The hashes of a tile, one after the other (`tileWidth`); undefined when it cannot be read. */
  tile: (index: number) => Promise<Buffer | undefined>;
}

export interface LogCheck {
  /** In log order, in pages of any size. */
  pages: AsyncIterable<readonly StoredEvent[]>;
  /** Each must be a prefix of the log. */
  checkpoints: readonly Checkpoint[];
  kept?: KeptLeaves | undefined;
  /** Called now and then with how many events are checked. */
  onProgress?: ((done: number) => void) | undefined;
}

export interface CheckedLog {
  events: number;
  root: Buffer;
  /** Empty when all agrees. Each says which event. */
  problems: string[];
}

const progressEvery = 10_000;

export async function checkLog(check: LogCheck): Promise<CheckedLog> {
  const pass = new LogPass(check);
  for await (const page of check.pages) if (!(await pass.takeAll(page))) break;
  return pass.end();
}

class LogPass {
  private readonly tree = new GrowingTree();
  private readonly problems: string[] = [];
  private readonly contradicted: Checkpoint[] = [];
  private readonly acceptances: Acceptance[] = [];
  /** By size, those that are not reached yet; the next one last. */
  private readonly ahead: Checkpoint[];
  /** The first that differs is told; what follows says no more. */
  private isChanged = false;
  private hasHole = false;
  private keptTile = -1;
  private keptHashes: Buffer | undefined;

  constructor(private readonly check: LogCheck) {
    this.ahead = check.checkpoints.toSorted((one, other) => other.size - one.size);
    this.compare();
  }

  /** False when there is nothing left to hold against what is known. */
  async takeAll(page: readonly StoredEvent[]): Promise<boolean> {
    for (const event of page) {
      const tile = Math.floor(this.tree.size / tileWidth);
      // Awaiting each event of what is there already would cost more than looking at it.
      if (tile !== this.keptTile) {
        this.keptTile = tile;
        this.keptHashes = await this.check.kept?.tile(tile);
      }
      if (!this.take(event)) return false;
    }
    return true;
  }

  private take(event: StoredEvent): boolean {
    const { tree, check } = this;
    if (event.position !== tree.size + 1) {
      this.hasHole = true;
      this.problems.push(
        `where event ${tree.size + 1} should be is event ${event.position}: events were removed or added`,
      );
      return false;
    }
    const leaf = this.leafOf(event);
    if (leaf === undefined) return false;
    if (!this.isChanged) this.compareLeaf(event, leaf);
    tree.add(leaf);
    this.compare();
    const acceptance = acceptanceIn(event);
    if (acceptance !== undefined && this.acceptances.length < acceptancesMax)
      this.acceptances.push(acceptance);
    if (tree.size % progressEvery === 0) check.onProgress?.(tree.size);
    return true;
  }

  end(): CheckedLog {
    const { tree, problems, check } = this;
    if (!this.hasHole) {
      for (const checkpoint of this.ahead.toReversed()) {
        this.contradicted.push(checkpoint);
        problems.push(
          `the log ends at event ${tree.size} and a checkpoint over ${checkpoint.size} was signed: event ${tree.size + 1} and what follows it are missing, or the log was put back to an older copy`,
        );
      }
      if (!this.isChanged && check.kept !== undefined && check.kept.size > tree.size) {
        problems.push(
          `the log ends at event ${tree.size}; event ${tree.size + 1} was recorded and is missing`,
        );
      }
      for (const checkpoint of this.contradicted) problems.push(...this.acceptedOf(checkpoint));
    }
    return { events: tree.size, root: tree.root(), problems };
  }

  private leafOf(event: StoredEvent): Buffer | undefined {
    try {
      return leafHash(event);
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      this.hasHole = true;
      this.problems.push(`event ${event.position} cannot be what was recorded: ${error.message}`);
      return undefined;
    }
  }

  private compareLeaf(event: StoredEvent, leaf: Buffer): void {
    const { kept } = this.check;
    if (kept === undefined || this.tree.size >= kept.size) return;
    const at = (this.tree.size % tileWidth) * hashBytes;
    const hash = this.keptHashes?.subarray(at, at + hashBytes);
    const keptLeaf = hash?.length === hashBytes ? hash : undefined;
    if (keptLeaf?.equals(leaf) === true) return;
    this.isChanged = true;
    if (keptLeaf === undefined) {
      this.problems.push(
        `the leaf hash that was kept of event ${event.position} cannot be read: from there on, only signed checkpoints can be compared`,
      );
      return;
    }
    const { position, type, stream_id: streamId, version } = event;
    this.problems.push(
      `event ${position} (${type}, version ${version} of ${streamId}) is not the one that was recorded there; it is the first that differs`,
    );
  }

  /** With the checkpoints of just this size. */
  private compare(): void {
    for (let next = this.ahead.at(-1); next?.size === this.tree.size; next = this.ahead.at(-1)) {
      this.ahead.pop();
      if (this.tree.root().equals(next.root)) continue;
      this.contradicted.push(next);
      this.problems.push(
        `events 1 to ${next.size} are not those of the signed checkpoint over ${next.size}: the past was rewritten, or the log was put back to an older copy and went on`,
      );
    }
  }

  /** A checkpoint that no longer holds still contradicts the log; but the log may say since when, and why. */
  private acceptedOf({ size, root }: Checkpoint): string[] {
    return this.acceptances.flatMap(({ position, actor, reason, abandoned, acceptedAt }) => {
      if (abandoned.size < size) return [];
      const which =
        abandoned.size === size && abandoned.root.equals(root)
          ? `the checkpoint over ${size}`
          : `a checkpoint over ${abandoned.size}, which may continue the one over ${size},`;
      return [
        `${which} was abandoned by event ${position} (RollbackAccepted, ${acceptedAt}, by ${actor}): ${JSON.stringify(reason)}`,
      ];
    });
  }
}

const acceptancesMax = 100;

/** A Merkle tree that keeps the roots of its full subtrees only (RFC 6962 §2.1). */
class GrowingTree {
  size = 0;
  private readonly subtrees: { root: Buffer; leaves: number }[] = [];

  add(leaf: Buffer): void {
    let root = leaf;
    let leaves = 1;
    for (let last = this.subtrees.at(-1); last?.leaves === leaves; last = this.subtrees.at(-1)) {
      root = hashNode(last.root, root);
      leaves *= 2;
      this.subtrees.pop();
    }
    this.subtrees.push({ root, leaves });
    this.size += 1;
  }

  root(): Buffer {
    if (this.size === 0) return emptyRoot;
    return this.subtrees.map(({ root }) => root).reduceRight((right, left) => hashNode(left, right));
  }
}
