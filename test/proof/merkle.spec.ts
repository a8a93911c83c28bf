// The tree of RFC 6962, against the vectors that all implementations share and against the RFC's own definitions.
import fc from 'fast-check';
import {
  consistencyProofIn,
  consistencyRanges,
  emptyRoot,
  hashLeaf,
  inclusionProofIn,
  inclusionRanges,
  rootOf,
} from '../../src/proof/merkle.js';
import { hex, mth, path, proof, someLeaves } from './naive-tree.js';
import { consistencyVectors, eightLeaves, inclusionVectors, leafHashes, roots } from './merkle-vectors.js';

describe('the Merkle tree of the eight known leaves', () => {
  const leaves = eightLeaves.map((each) => hashLeaf(Buffer.from(each, 'hex')));

  it('has the known leaf hashes', () => {
    expect(hex(leaves)).toEqual(leafHashes);
  });

  it.each(roots.map((root, size) => ({ root, size })))(
    'has the known root at size $size',
    ({ root, size }) => {
      expect(rootOf(leaves.slice(0, size)).toString('hex')).toBe(root);
    },
  );

  it.each(inclusionVectors)('proves leaf $index of $size as known', ({ index, size, hashes }) => {
    expect(hex(inclusionProofIn(leaves.slice(0, size), index))).toEqual(hashes);
  });

  it.each(consistencyVectors)('proves size $to to continue size $from as known', ({ from, to, hashes }) => {
    expect(hex(consistencyProofIn(leaves.slice(0, to), from))).toEqual(hashes);
  });
});

describe('a Merkle tree of any size', () => {
  const all = someLeaves(300);

  it('has the SHA-256 of nothing for a root when it is empty', () => {
    expect(rootOf([])).toEqual(emptyRoot);
    expect(emptyRoot.toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('has the root and the proofs that the RFC defines', () => {
    const sizes = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(sizes, fc.nat(), (size, chance) => {
        const leaves = all.slice(0, size);
        expect(hex([rootOf(leaves)])).toEqual(hex([mth(leaves)]));
        expect(hex(inclusionProofIn(leaves, chance % size))).toEqual(hex(path(chance % size, leaves)));
        expect(hex(consistencyProofIn(leaves, 1 + (chance % size)))).toEqual(
          hex(proof(1 + (chance % size), leaves)),
        );
      }),
    );
  });

  it('proves no leaf that it does not have', () => {
    expect(() => inclusionProofIn(all.slice(0, 5), 5)).toThrow('A tree of size 5 has no leaf at index 5.');
    expect(() => inclusionProofIn([], 0)).toThrow('A tree of size 0 has no leaf at index 0.');
    expect(() => inclusionRanges(-1, 5)).toThrow('-1 is no index of a tree.');
    expect(() => inclusionRanges(0, 2 ** 53)).toThrow('is no size of a tree.');
  });

  it('proves nothing to continue the empty tree or a larger one', () => {
    expect(() => consistencyProofIn(all.slice(0, 5), 0)).toThrow('there is nothing to prove');
    expect(() => consistencyProofIn(all.slice(0, 5), 6)).toThrow(
      'A tree of size 5 cannot continue a larger one',
    );
    expect(() => consistencyRanges(1.5, 5)).toThrow('1.5 is no size of a tree.');
  });

  it('is exact up to the largest size', () => {
    const size = Number.MAX_SAFE_INTEGER;
    const ranges = inclusionRanges(size - 1, size);
    expect(ranges.reduce((sum, { begin, end }) => sum + end - begin, 1)).toBe(size);
    expect(consistencyRanges(2 ** 52 + 1, size).every(({ begin, end }) => begin < end)).toBe(true);
  });
});
