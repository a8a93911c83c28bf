// The signing key, the newest signed checkpoint or the tree of the log: there, and of no use.

/** Nothing can be signed or proved until an admin has put it right; the message names the file. */
export class UnusableEvidence extends Error {
  override readonly name = 'UnusableEvidence';
}
