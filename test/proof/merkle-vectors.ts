// The eight leaves by which implementations of RFC 6962 are compared, with their roots and some of their proofs.

export const eightLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];

const [a, b, c, d, e, f, g, h] = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7',
  '07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7',
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  '4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658',
  'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
  '46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1',
] as const;
const [ab, cd, ef, gh] = [
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
] as const;
const [abcd, efgh] = [
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
] as const;

export const leafHashes: string[] = [a, b, c, d, e, f, g, h];

/** By size, from 0 to 8. */
export const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  a,
  ab,
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  abcd,
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

export const inclusionVectors: { index: number; size: number; hashes: string[] }[] = [
  { index: 0, size: 1, hashes: [] },
  { index: 0, size: 8, hashes: [b, cd, efgh] },
  { index: 5, size: 8, hashes: [e, gh, abcd] },
  { index: 7, size: 8, hashes: [g, ef, abcd] },
  { index: 2, size: 3, hashes: [ab] },
  { index: 1, size: 5, hashes: [a, cd, e] },
  { index: 4, size: 6, hashes: [f, abcd] },
  { index: 6, size: 7, hashes: [ef, abcd] },
];

export const consistencyVectors: { from: number; to: number; hashes: string[] }[] = [
  { from: 1, to: 1, hashes: [] },
  { from: 1, to: 8, hashes: [b, cd, efgh] },
  { from: 2, to: 5, hashes: [cd, e] },
  { from: 6, to: 8, hashes: [ef, gh, abcd] },
  { from: 7, to: 8, hashes: [g, h, ef, abcd] },
  { from: 4, to: 6, hashes: [ef] },
  { from: 3, to: 5, hashes: [c, d, ab, e] },
  { from: 8, to: 8, hashes: [] },
];
