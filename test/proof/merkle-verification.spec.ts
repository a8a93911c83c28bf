// Proofs that hold and proofs that do not.
import fc from 'fast-check';
import { consistencyProofIn, inclusionProofIn, rootOf } from '../../src/proof/merkle.js';
import {
  verifyConsistency,
  verifyInclusion,
  type Consistency,
  type Inclusion,
} from '../../src/proof/merkle-verification.js';
import { ProofError } from '../../src/proof/proof-error.js';
import { consistencyVectors, inclusionVectors, leafHashes, roots } from './merkle-vectors.js';
import { flipBit, someLeaves } from './naive-tree.js';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const sizeMax = 70;
const leaves = someLeaves(2 * sizeMax);
const rootsBySize = leaves.map((_, size) => rootOf(leaves.slice(0, size)));
const rootAt = (size: number): Buffer => rootsBySize[size]!;
const stranger = Buffer.alloc(32, 7);

function inclusion(index: number, size: number): Inclusion {
  const hashes = inclusionProofIn(leaves.slice(0, size), index);
  return { leafHash: leaves[index]!, index, size, root: rootAt(size), hashes };
}

function consistency(from: number, to: number): Consistency {
  const hashes = consistencyProofIn(leaves.slice(0, to), from);
  return { from, fromRoot: rootAt(from), to, toRoot: rootAt(to), hashes };
}

/** Other lists of hashes: one too few, one too many on either side, two exchanged, one that is no hash. */
const spoiled = (hashes: readonly Buffer[]): Buffer[][] => [
  ...(hashes.length > 0 ? [hashes.slice(1), hashes.slice(0, -1)] : []),
  ...(hashes.length > 1 ? [hashes.toReversed()] : []),
  [...hashes, stranger],
  [stranger, ...hashes],
  [...hashes.slice(0, -1), stranger.subarray(1)],
];

/** Whether a proof verifies; what is thrown when it does not is always for a person to read. */
function holds<Proof>(verify: (proof: Proof) => void, proof: Proof): boolean {
  try {
    verify(proof);
    return true;
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    return false;
  }
}

/** A size and one that is not smaller. */
const twoSizes = fc
  .tuple(fc.integer({ min: 1, max: sizeMax }), fc.integer({ min: 1, max: sizeMax }))
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);

describe('an inclusion proof', () => {
  it.each(inclusionVectors)('of leaf $index of $size, as known, verifies', ({ index, size, hashes }) => {
    verifyInclusion({
      leafHash: bytes(leafHashes[index]!),
      index,
      size,
      root: bytes(roots[size]!),
      hashes: hashes.map(bytes),
    });
  });

  it(`verifies for every leaf of every tree up to size ${sizeMax}`, () => {
    for (let size = 1; size <= sizeMax; size += 1) {
      for (let index = 0; index < size; index += 1) verifyInclusion(inclusion(index, size));
    }
  });

  it('does not verify with any other leaf, index, root or list of hashes', () => {
    for (let size = 1; size <= sizeMax; size += 1) {
      for (const index of new Set([0, size >> 1, size - 1])) {
        const good = inclusion(index, size);
        const others = Array.from({ length: sizeMax + 1 }, (_, other) => other).filter(
          (other) => other !== index,
        );
        const bad: Inclusion[] = [
          ...others.map((other) => ({ ...good, index: other })),
          ...spoiled(good.hashes).map((hashes) => ({ ...good, hashes })),
          { ...good, root: stranger },
          { ...good, leafHash: stranger },
          { ...good, size: index },
        ];
        expect(bad.filter((each) => holds(verifyInclusion, each))).toEqual([]);
      }
    }
  });

  it('does not verify for the root of another size', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ([small, large], chance) => {
        fc.pre(small !== large);
        const index = chance % small;
        const [one, other] = [inclusion(index, small), inclusion(index, large)];
        expect(holds(verifyInclusion, { ...one, size: large, root: other.root })).toBe(false);
        expect(holds(verifyInclusion, { ...other, size: small, root: one.root })).toBe(false);
      }),
    );
  });

  it('does not verify with any bit flipped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: sizeMax }), fc.nat(), fc.nat(), (size, chance, bit) => {
        const good = inclusion(chance % size, size);
        const at = good.hashes.length === 0 ? 0 : bit % good.hashes.length;
        const hashes = good.hashes.map((each, i) => (i === at ? flipBit(each, bit) : each));
        if (hashes.length > 0) expect(holds(verifyInclusion, { ...good, hashes })).toBe(false);
        const leafHash = flipBit(good.leafHash, bit);
        expect(holds(verifyInclusion, { ...good, leafHash })).toBe(false);
        expect(holds(verifyInclusion, { ...good, root: flipBit(good.root, bit) })).toBe(false);
      }),
    );
  });

  it('tells what is wrong with it', () => {
    const good = inclusion(3, 7);
    const failing = (change: Partial<Inclusion>) => () => {
      verifyInclusion({ ...good, ...change });
    };
    expect(failing({ index: 7 })).toThrow('A tree of size 7 has no leaf at index 7.');
    expect(failing({ index: -1 })).toThrow('-1 is no index of a tree.');
    expect(failing({ size: 0.5 })).toThrow('0.5 is no size of a tree.');
    expect(failing({ hashes: good.hashes.slice(1) })).toThrow('The proof has too few hashes: 2.');
    expect(failing({ hashes: [...good.hashes, stranger] })).toThrow('The proof has too many hashes: 4.');
    expect(failing({ leafHash: Buffer.alloc(31) })).toThrow('A hash has 32 bytes, not 31.');
  });
});

describe('a consistency proof', () => {
  it.each(consistencyVectors)('of $from to $to, as known, verifies', ({ from, to, hashes }) => {
    const [fromRoot, toRoot] = [bytes(roots[from]!), bytes(roots[to]!)];
    verifyConsistency({ from, fromRoot, to, toRoot, hashes: hashes.map(bytes) });
  });

  it(`verifies for every two sizes up to ${sizeMax}`, () => {
    for (let to = 1; to <= sizeMax; to += 1) {
      for (let from = 1; from <= to; from += 1) verifyConsistency(consistency(from, to));
    }
  });

  it('does not verify with other roots or another list of hashes', () => {
    for (let to = 1; to <= sizeMax; to += 1) {
      for (const from of new Set([1, (to >> 1) + 1, Math.max(1, to - 1), to])) {
        const good = consistency(from, to);
        const bad: Consistency[] = [
          { ...good, fromRoot: stranger },
          { ...good, toRoot: stranger },
          ...(from === to ? [] : [{ ...good, fromRoot: good.toRoot, toRoot: good.fromRoot }]),
          ...spoiled(good.hashes).map((hashes) => ({ ...good, hashes })),
        ];
        expect(bad.filter((each) => holds(verifyConsistency, each))).toEqual([]);
      }
    }
  });

  it('does not verify between other sizes', () => {
    fc.assert(
      fc.property(twoSizes, twoSizes, ([from, to], [otherFrom, otherTo]) => {
        fc.pre(from !== otherFrom || to !== otherTo);
        const good = consistency(from, to);
        const bad = {
          ...good,
          from: otherFrom,
          fromRoot: rootAt(otherFrom),
          to: otherTo,
          toRoot: rootAt(otherTo),
        };
        // Two trees of one size, and proofs without hashes between them, are the same for all sizes.
        fc.pre(!(from === to && otherFrom === otherTo));
        expect(holds(verifyConsistency, bad)).toBe(false);
      }),
    );
  });

  it('does not verify with any bit flipped', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ([from, to], bit) => {
        const good = consistency(from, to);
        const at = good.hashes.length === 0 ? 0 : bit % good.hashes.length;
        const hashes = good.hashes.map((each, i) => (i === at ? flipBit(each, bit) : each));
        if (hashes.length > 0) expect(holds(verifyConsistency, { ...good, hashes })).toBe(false);
        const [fromRoot, toRoot] = [flipBit(good.fromRoot, bit), flipBit(good.toRoot, bit)];
        expect(holds(verifyConsistency, { ...good, fromRoot })).toBe(false);
        expect(holds(verifyConsistency, { ...good, toRoot })).toBe(false);
      }),
    );
  });

  it('does not verify when the past was rewritten', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ([from, to], chance) => {
        const rewritten = leaves.slice(0, to).with(chance % from, stranger);
        const hashes = consistencyProofIn(rewritten, from);
        const bad = { from, fromRoot: rootAt(from), to, toRoot: rootOf(rewritten), hashes };
        expect(holds(verifyConsistency, bad)).toBe(false);
      }),
    );
  });

  it('tells what is wrong with it', () => {
    const good = consistency(3, 7);
    const failing = (change: Partial<Consistency>) => () => {
      verifyConsistency({ ...good, ...change });
    };
    expect(failing({ from: 0 })).toThrow('Every tree continues the empty one: there is nothing to prove.');
    expect(failing({ from: 8 })).toThrow('A tree of size 7 cannot continue a larger one, of size 8.');
    expect(failing({ from: 7 })).toThrow('The proof has too many hashes: 4.');
    expect(failing({ from: 7, hashes: [] })).toThrow('There are two roots for the one size 7.');
    expect(failing({ hashes: [] })).toThrow('The proof has too few hashes: 0.');
    expect(failing({ from: 4, hashes: [] })).toThrow('The proof has too few hashes: 0.');
    expect(failing({ hashes: good.hashes.slice(0, -1) })).toThrow('The proof has too few hashes: 3.');
    expect(failing({ hashes: [...good.hashes, stranger] })).toThrow('The proof has too many hashes: 5.');
    expect(failing({ fromRoot: stranger })).toThrow('The hashes lead to another root of size 3.');
    expect(failing({ toRoot: stranger })).toThrow('The hashes lead to another root of size 7.');
    expect(failing({ to: -7 })).toThrow('-7 is no size of a tree.');
  });
});
