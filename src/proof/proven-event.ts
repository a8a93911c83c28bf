// An event as it travels in a proof: the row's columns as JSON, `data` and `metadata` as the stored text itself. From
// these the leaf can be computed; there is one way to write an event, so a proof cannot show another than it proves.
import type { StoredEvent } from './leaf.js';
import { ProofError } from './proof-error.js';

export const formatEvent = (event: StoredEvent): Buffer => Buffer.from(eventText(event));

/** One line. */
export const eventText = (event: StoredEvent): string =>
  JSON.stringify({
    position: event.position,
    stream_id: event.stream_id,
    version: event.version,
    type: event.type,
    schema_version: event.schema_version,
    recorded_at: event.recorded_at,
    data: event.data,
    metadata: event.metadata,
  });

/**
 * @param where the bytes stand, for whoever reads the error
 * @throws ProofError when the bytes are not an event, written as `formatEvent` writes it
 */
export function parseEvent(bytes: Buffer, where = 'The extra line of the proof'): StoredEvent {
  const text = decodeUtf8(bytes, where);
  const value = parseJson(text, where);
  if (!isEvent(value)) throw new ProofError(`${where} is no event: a field is missing or of a wrong type.`);
  if (eventText(value) !== text) throw new ProofError(`${where} is not written as Daybook writes an event.`);
  return value;
}

function decodeUtf8(bytes: Buffer, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProofError(`${where} is not UTF-8.`);
  }
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProofError(`${where} is not JSON.`);
  }
}

function isEvent(value: unknown): value is StoredEvent {
  if (typeof value !== 'object' || value === null) return false;
  const columns = value as Partial<Record<keyof StoredEvent, unknown>>;
  return (
    [columns.position, columns.version, columns.schema_version].every(isCountFromOne) &&
    [columns.stream_id, columns.type, columns.recorded_at, columns.data, columns.metadata].every(isText)
  );
}

const isCountFromOne = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1;
/** A lone surrogate has no UTF-8 form: its hash would be that of another text. */
const isText = (value: unknown): boolean => typeof value === 'string' && value.isWellFormed();
