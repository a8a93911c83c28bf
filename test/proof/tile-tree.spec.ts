// The tree over tiles is the plain tree, at every size, however it was appended.
import fc from 'fast-check';
import { consistencyProofIn, inclusionProofIn, rootOf } from '../../src/proof/merkle.js';
import { verifyConsistency, verifyInclusion } from '../../src/proof/merkle-verification.js';
import {
  appendLeaves,
  consistencyProof,
  inclusionProof,
  leafHashAt,
  rootAt,
} from '../../src/proof/tile-tree.js';
import { MemoryTiles } from './memory-tiles.js';
import { hex, someLeaves } from './naive-tree.js';

const all = someLeaves(65_537);

async function treeOf(size: number): Promise<MemoryTiles> {
  const store = new MemoryTiles();
  expect(await appendLeaves(store, 0, all.slice(0, size))).toBe(size);
  return store;
}

describe('a small tree over tiles', () => {
  it('has no tile and the empty root before anything is appended', async () => {
    const store = new MemoryTiles();
    expect((await rootAt(store, 0)).toString('hex')).toMatch(/^e3b0c442/);
    expect(await appendLeaves(store, 0, [])).toBe(0);
    expect(store.tiles.size).toBe(0);
  });

  it('has the roots and the proofs of the plain tree at every size', async () => {
    const store = await treeOf(40);
    for (let size = 1; size <= 40; size += 1) {
      const leaves = all.slice(0, size);
      const proofs = [await rootAt(store, size)];
      const plain = [rootOf(leaves)];
      for (let index = 0; index < size; index += 1) {
        proofs.push(...(await inclusionProof(store, index, size)));
        plain.push(...inclusionProofIn(leaves, index));
        proofs.push(...(await consistencyProof(store, index + 1, size)));
        plain.push(...consistencyProofIn(leaves, index + 1));
      }
      expect(hex(proofs)).toEqual(hex(plain));
    }
  });
});

describe('a tree over tiles', () => {
  const sizeMax = 1_100;
  const appended = treeOf(sizeMax);

  it('has the roots and the proofs of the plain tree at any size up to its own', async () => {
    const store = await appended;
    const sizes = fc.oneof(
      fc.integer({ min: 1, max: sizeMax }),
      fc.constantFrom(255, 256, 257, 511, 512, 513),
    );
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (size, chance) => {
        const leaves = all.slice(0, size);
        expect(hex([await rootAt(store, size)])).toEqual(hex([rootOf(leaves)]));
        const [index, from] = [chance % size, 1 + (chance % size)];
        expect(hex(await inclusionProof(store, index, size))).toEqual(hex(inclusionProofIn(leaves, index)));
        expect(hex(await consistencyProof(store, from, size))).toEqual(hex(consistencyProofIn(leaves, from)));
        expect(await leafHashAt(store, index)).toEqual(leaves[index]);
      }),
    );
  });

  it('is the same however it was appended', async () => {
    const whole = (await appended).digest();
    const parts = fc.array(fc.oneof(fc.nat(5), fc.nat(600), fc.constantFrom(255, 256, 257)), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(parts, async (counts) => {
        const store = new MemoryTiles();
        let size = 0;
        for (const count of [...counts, sizeMax]) {
          size = await appendLeaves(store, size, all.slice(size, Math.min(size + count, sizeMax)));
        }
        expect(size).toBe(sizeMax);
        expect(store.digest()).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('is the same when it was appended leaf by leaf', async () => {
    const store = new MemoryTiles();
    for (let size = 0; size < 600; size += 1) {
      await appendLeaves(store, size, all.slice(size, size + 1));
      if ([255, 256, 257, 511, 512, 513].includes(size + 1)) {
        expect(await rootAt(store, size + 1)).toEqual(rootOf(all.slice(0, size + 1)));
      }
    }
    expect(store.digest()).toEqual((await treeOf(600)).digest());
  });

  it.each([1, 255, 256, 257, 512, 700])('has the tiles that the format says at size %i', async (size) => {
    const expected = new MemoryTiles();
    for (let level = 0; size >= 256 ** level; level += 1) {
      const count = Math.floor(size / 256 ** level);
      for (let index = 0; index * 256 < count; index += 1) {
        const hashes = Array.from({ length: Math.min(256, count - index * 256) }, (_, at) => {
          const from = (index * 256 + at) * 256 ** level;
          return rootOf(all.slice(from, from + 256 ** level));
        });
        await expected.write(level, index, Buffer.concat(hashes));
      }
    }
    expect((await treeOf(size)).digest()).toEqual(expected.digest());
  });

  it('writes only the tiles that grow', async () => {
    const store = await treeOf(700);
    store.writes = [];
    await appendLeaves(store, 700, all.slice(700, 800));
    expect(store.writes).toEqual(['0/2', '0/3', '1/0']);
  });
});

describe('a tree over tiles of three levels', () => {
  const full = treeOf(65_537);

  it.each([65_535, 65_536, 65_537])('has the root of the plain tree at size %i', async (size) => {
    expect(await rootAt(await full, size)).toEqual(rootOf(all.slice(0, size)));
  });

  it('proves its leaves', async () => {
    const store = await full;
    for (const size of [65_535, 65_536, 65_537]) {
      const root = await rootAt(store, size);
      for (const index of [0, 255, 256, 40_000, 65_279, 65_534, size - 1]) {
        const hashes = await inclusionProof(store, index, size);
        verifyInclusion({ leafHash: await leafHashAt(store, index), index, size, root, hashes });
      }
    }
  });

  it('proves that it continues smaller trees', async () => {
    const store = await full;
    for (const to of [65_535, 65_536, 65_537]) {
      const toRoot = await rootAt(store, to);
      for (const from of [1, 255, 256, 257, 32_768, 40_001, 65_280, 65_535]) {
        const hashes = await consistencyProof(store, from, to);
        verifyConsistency({ from, fromRoot: await rootAt(store, from), to, toRoot, hashes });
      }
    }
    expect(await consistencyProof(store, 65_536, 65_537)).toEqual([all[65_536]]);
  });

  it('reads at most two tiles of each level, each once', async () => {
    const store = await full;
    store.reads = [];
    await inclusionProof(store, 12_345, 65_535);
    expect(store.reads).toHaveLength(new Set(store.reads).size);
    expect(store.reads.length).toBeLessThanOrEqual(4);
    store.reads = [];
    await consistencyProof(store, 12_345, 65_537);
    expect(store.reads.length).toBeLessThanOrEqual(5);
    store.reads = [];
    await rootAt(store, 65_535);
    expect(store.reads).toEqual(['1/0', '0/255']);
  });
});

describe('a stored tree that is not what it should be', () => {
  it('is not appended to at another size', async () => {
    const store = await treeOf(300);
    await expect(appendLeaves(store, 299, all.slice(0, 1))).rejects.toThrow(
      'The stored tree does not end where it should: tile 1 of level 0 has 1408 bytes, not 1376.',
    );
    await expect(appendLeaves(store, 301, all.slice(0, 1))).rejects.toThrow('The stored tree does not end');
    await expect(appendLeaves(store, 256, all.slice(0, 1))).rejects.toThrow('The stored tree does not end');
    await expect(appendLeaves(store, 512, all.slice(0, 256))).rejects.toThrow('The stored tree does not end');
    await expect(appendLeaves(store, -1, [])).rejects.toThrow('-1 is no size of a tree.');
  });

  it('takes only hashes', async () => {
    await expect(appendLeaves(new MemoryTiles(), 0, [Buffer.alloc(20)])).rejects.toThrow(
      'A hash has 32 bytes, not 20.',
    );
  });

  it('gives no root or proof beyond its end', async () => {
    const store = await treeOf(300);
    const tooSmall =
      'The stored tree is smaller than asked for, or damaged: tile 1 of level 0 has 1408 bytes';
    await expect(rootAt(store, 301)).rejects.toThrow(tooSmall);
    await expect(leafHashAt(store, 300)).rejects.toThrow(tooSmall);
    await expect(inclusionProof(store, 0, 301)).rejects.toThrow(tooSmall);
    await expect(consistencyProof(store, 300, 301)).rejects.toThrow(tooSmall);
    await expect(rootAt(store, 1_000)).rejects.toThrow(
      'The stored tree is smaller than asked for, or damaged',
    );
    await expect(inclusionProof(store, 300, 300)).rejects.toThrow(
      'A tree of size 300 has no leaf at index 300.',
    );
    await expect(consistencyProof(store, 0, 300)).rejects.toThrow('there is nothing to prove');
  });
});
