// What an auditor, or whoever keeps the log, is told when something does not prove what it should.

/** The message is a sentence for a person: which step failed, and on what. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
}
