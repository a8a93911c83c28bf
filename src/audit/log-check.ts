// Holds a log against what is known of it: the leaf hashes that were kept of its events, and checkpoints that were
// signed. It needs neither server nor database, and one pass.
import type { Checkpoint } from './proof/checkpoint.js';
import { leafHash, type StoredEvent } from './proof/leaf.js';
import { emptyRoot, hashNode } from './proof/merkle.js';

export interface LogCheck {
  /** In log order. */
  events: AsyncIterable<StoredEvent> | Iterable<StoredEvent>;
  /** Each must be a prefix of the log. */
  checkpoints: readonly Checkpoint[];
  /** The leaf that was kept of the event at an index, if one was. */
  keptLeafAt?: (index: number) => Promise<Buffer | undefined>;
}

export interface CheckedLog {
  events: number;
  root: Buffer;
  /** Empty when all agrees. Each says which event. */
  problems: string[];
}

export async function checkLog({ events, checkpoints, keptLeafAt }: LogCheck): Promise<CheckedLog> {
  const problems: string[] = [];
  const tree = new GrowingTree();
  let isChanged = false;
  for await (const event of events) {
    for (const checkpoint of checkpoints) problems.push(...compare(checkpoint, tree));
    if (event.position !== tree.size + 1) {
      problems.push(
        `where event ${tree.size + 1} should be is event ${event.position}: events were removed or added`,
      );
      return { events: tree.size, root: tree.root(), problems };
    }
    const leaf = leafHash(event);
    const kept = isChanged ? undefined : await keptLeafAt?.(tree.size);
    if (kept !== undefined && !kept.equals(leaf)) {
      isChanged = true;
      const { position, type, stream_id: streamId, version } = event;
      problems.push(
        `event ${position} (${type}, version ${version} of ${streamId}) is not the one that was recorded there; it is the first that differs`,
      );
    }
    tree.add(leaf);
  }
  for (const checkpoint of checkpoints) {
    problems.push(...compare(checkpoint, tree));
    if (checkpoint.size > tree.size) {
      problems.push(
        `the log ends at event ${tree.size} and a checkpoint over ${checkpoint.size} was signed: event ${tree.size + 1} and what follows it are missing`,
      );
    }
  }
  if (!isChanged && (await keptLeafAt?.(tree.size)) !== undefined) {
    problems.push(`the log ends at event ${tree.size}; event ${tree.size + 1} was recorded and is missing`);
  }
  return { events: tree.size, root: tree.root(), problems };
}

function compare(checkpoint: Checkpoint, tree: GrowingTree): string[] {
  if (checkpoint.size !== tree.size || tree.isCompared(checkpoint)) return [];
  if (tree.root().equals(checkpoint.root)) return [];
  return [
    `events 1 to ${checkpoint.size} are not those of the signed checkpoint over ${checkpoint.size}: the past was rewritten`,
  ];
}

/** A Merkle tree that keeps the roots of its full subtrees only (RFC 6962 §2.1). */
class GrowingTree {
  size = 0;
  private readonly subtrees: { root: Buffer; leaves: number }[] = [];
  private readonly compared = new Set<Checkpoint>();

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

  /** Tells whether it was asked for this one before. */
  isCompared(checkpoint: Checkpoint): boolean {
    if (this.compared.has(checkpoint)) return true;
    this.compared.add(checkpoint);
    return false;
  }
}
