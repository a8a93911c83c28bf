// The leaf of an event in the log's Merkle tree. It covers every column of the row; `data` and `metadata` by their
// hashes, so that the tree can still be checked when they may not be shown.
import { hash } from 'node:crypto';
import { hashLeaf } from './merkle.js';
import { ProofError } from './proof-error.js';

interface EventColumns {
  readonly position: number;
  readonly stream_id: string;
  readonly version: number;
  readonly type: string;
  readonly schema_version: number;
  readonly recorded_at: string;
}

/** A row of the events table: `data` and `metadata` are the stored text, never decoded and encoded again. */
export interface StoredEvent extends EventColumns {
  readonly data: string;
  readonly metadata: string;
}

/** The same row with the SHA-256 of the two texts, in lower-case hex, in place of the texts. */
export interface RedactedEvent extends EventColumns {
  readonly data_sha256: string;
  readonly metadata_sha256: string;
}

export const textHash = (text: string): string => hash('sha256', text, 'hex');

/**
 * SHA-256 over 0x00 and the UTF-8 bytes of the JSON array of the columns, written as JSON.stringify writes it.
 * @throws ProofError when a number of the row is none
 */
export const leafHash = (event: StoredEvent): Buffer =>
  hashColumns(event, textHash(event.data), textHash(event.metadata));

/** @throws ProofError when one of the two hashes is no SHA-256 in lower-case hex, or a number of the row is none */
export function redactedLeafHash(event: RedactedEvent): Buffer {
  for (const each of [event.data_sha256, event.metadata_sha256]) {
    if (!/^[0-9a-f]{64}$/.test(each)) {
      throw new ProofError(`${JSON.stringify(each)} is no SHA-256 in lower-case hex.`);
    }
  }
  return hashColumns(event, event.data_sha256, event.metadata_sha256);
}

function hashColumns(event: EventColumns, dataHash: string, metadataHash: string): Buffer {
  const { position, stream_id, version, type, schema_version, recorded_at } = event;
  // A driver may hand a big integer out as text. Its leaf would be another one, and that for good.
  if (![position, version, schema_version].every(Number.isSafeInteger)) {
    throw new ProofError('The position, version and schema version of an event must be whole numbers.');
  }
  const columns = [position, stream_id, version, type, schema_version, recorded_at, dataHash, metadataHash];
  return hashLeaf(JSON.stringify(columns));
}
