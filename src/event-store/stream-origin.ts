// What is known of the request that began a stream, from its first event.
import type { Reader } from '../database/reader.js';
import type { Metadata } from './event-store.js';

/** Undefined while the stream has no events. */
export async function metadataOfFirst(reader: Reader, streamId: string): Promise<Metadata | undefined> {
  const first = await reader.get<{ metadata: string }>(
    'SELECT metadata FROM events WHERE stream_id = ? AND version = 1',
    streamId,
  );
  return first === undefined ? undefined : (JSON.parse(first.metadata) as Metadata);
}
