// An export that is ended from outside.
import { readdirSync } from 'node:fs';
import { writeExport } from '../../src/audit/export.js';
import { formatCheckpoint } from '../../src/proof/checkpoint.js';
import type { StoredEvent } from '../../src/proof/leaf.js';
import { workplace } from '../support/workplace.js';

const place = workplace();

const event = (position: number): StoredEvent => ({
  position,
  stream_id: 'job-1',
  version: position,
  type: 'JobCreated',
  schema_version: 1,
  recorded_at: '2025-01-20T12:00:00.000Z',
  data: '{}',
  metadata: '{}',
});

it.each(['log.ndjson', 'log.ndjson.gz'])('leaves nothing behind of %s', async (name) => {
  const stop = new AbortController();
  const size = 10_000;
  async function* pages(): AsyncGenerator<StoredEvent[]> {
    for (let position = 1; position <= size; position += 1) {
      if (position === size / 2) stop.abort();
      yield await Promise.resolve([event(position)]);
    }
  }
  const note = `${formatCheckpoint({ origin: 'daybook/test', size, root: Buffer.alloc(32) })}\n— none\n`;
  const written = writeExport({ path: place.path(name), pages: pages(), note, signal: stop.signal });
  await expect(written).rejects.toMatchObject({ name: 'AbortError' });
  expect(readdirSync(place.path())).toEqual([]);
});
