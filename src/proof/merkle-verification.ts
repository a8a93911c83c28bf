// Proofs of the Merkle tree, checked step by step as RFC 9162 says. `fn` and `sn` are the RFC's names: the node on the
// path and the last node of its level. They are divided, not shifted: a size may need more than 32 bits.
import { ProofError } from './proof-error.js';
import { hashBytes, hashNode, requireCount } from './merkle.js';

const isOdd = (number: number): boolean => number % 2 === 1;
const half = (number: number): number => Math.floor(number / 2);

export interface Inclusion {
  readonly leafHash: Buffer;
  readonly index: number;
  readonly size: number;
  readonly root: Buffer;
  readonly hashes: readonly Buffer[];
}

/**
 * RFC 9162, Section 2.1.3.2.
 * @throws ProofError when the hashes do not lead from the leaf at this index to the root of a tree of this size
 */
export function verifyInclusion({ leafHash, index, size, root, hashes }: Inclusion): void {
  requireCount('index', index);
  requireCount('size', size);
  if (index >= size) throw new ProofError(`A tree of size ${size} has no leaf at index ${index}.`);
  requireHashes([leafHash, root, ...hashes]);
  let [fn, sn] = [index, size - 1];
  let computed = leafHash;
  for (const sibling of hashes) {
    if (sn === 0) throw new ProofError(tooMany(hashes));
    if (isOdd(fn) || fn === sn) {
      computed = hashNode(sibling, computed);
      [fn, sn] = upToRightChild(fn, sn);
    } else {
      computed = hashNode(computed, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  if (sn !== 0) throw new ProofError(tooFew(hashes));
  if (!computed.equals(root)) throw new ProofError('The hashes lead from this leaf to another root.');
}

export interface Consistency {
  readonly from: number;
  readonly fromRoot: Buffer;
  readonly to: number;
  readonly toRoot: Buffer;
  readonly hashes: readonly Buffer[];
}

/**
 * RFC 9162, Section 2.1.4.2; two trees of one size need no hash and must have one root. A proof from the empty tree
 * says nothing and is refused.
 * @throws ProofError when the hashes do not show that the first tree is the beginning of the second
 */
export function verifyConsistency({ from, fromRoot, to, toRoot, hashes }: Consistency): void {
  requireCount('size', from);
  requireCount('size', to);
  if (from === 0) throw new ProofError('Every tree continues the empty one: there is nothing to prove.');
  if (from > to) throw new ProofError(`A tree of size ${to} cannot continue a larger one, of size ${from}.`);
  requireHashes([fromRoot, toRoot, ...hashes]);
  if (from === to) {
    if (hashes.length > 0) throw new ProofError(tooMany(hashes));
    if (!fromRoot.equals(toRoot)) throw new ProofError(`There are two roots for the one size ${from}.`);
    return;
  }
  // A first tree that is one full subtree is where the path begins, and its root is left out of the proof.
  const [start, ...rest] = isPowerOfTwo(from) && hashes.length > 0 ? [fromRoot, ...hashes] : hashes;
  if (start === undefined) throw new ProofError(tooFew(hashes));
  let [fn, sn] = upToLeftChild(from - 1, to - 1);
  let [computedFrom, computedTo] = [start, start];
  for (const sibling of rest) {
    if (sn === 0) throw new ProofError(tooMany(hashes));
    if (isOdd(fn) || fn === sn) {
      computedFrom = hashNode(sibling, computedFrom);
      computedTo = hashNode(sibling, computedTo);
      [fn, sn] = upToRightChild(fn, sn);
    } else {
      computedTo = hashNode(computedTo, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  if (sn !== 0) throw new ProofError(tooFew(hashes));
  if (!computedFrom.equals(fromRoot))
    throw new ProofError(`The hashes lead to another root of size ${from}.`);
  if (!computedTo.equals(toRoot)) throw new ProofError(`The hashes lead to another root of size ${to}.`);
}

/** Where the path has no sibling on the right, it rises until it is a right child or at the left edge. */
function upToRightChild(fn: number, sn: number): [number, number] {
  while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
  return [fn, sn];
}

function upToLeftChild(fn: number, sn: number): [number, number] {
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  return [fn, sn];
}

function isPowerOfTwo(count: number): boolean {
  while (!isOdd(count)) count /= 2;
  return count === 1;
}

function requireHashes(hashes: readonly Buffer[]): void {
  for (const each of hashes) {
    if (each.length !== hashBytes) throw new ProofError(`A hash has ${hashBytes} bytes, not ${each.length}.`);
  }
}

const tooMany = (hashes: readonly Buffer[]): string => `The proof has too many hashes: ${hashes.length}.`;
const tooFew = (hashes: readonly Buffer[]): string => `The proof has too few hashes: ${hashes.length}.`;
