// The leaf of an event covers every column.
import fc from 'fast-check';
import { leafHash, redactedLeafHash, textHash, type StoredEvent } from '../../src/proof/leaf.js';

const event: StoredEvent = {
  position: 7,
  stream_id: 'job-00000000-0000-4000-8000-000000000001',
  version: 2,
  type: 'ModelDayStarted',
  schema_version: 1,
  recorded_at: '2026-11-02T09:00:00.000Z',
  data: '{"model":"größe","n":1}',
  metadata: '{"actor":"anna"}',
};

describe('the leaf of an event', () => {
  it('is what another program computed from the description', () => {
    expect(leafHash(event).toString('hex')).toBe(
      'c4993a95e743d1cf0478921bbb5965df77953781109e52987f402af059850cdd',
    );
  });

  it('changes with every column', () => {
    const changes: Partial<StoredEvent>[] = [
      { position: 8 },
      { stream_id: 'job-00000000-0000-4000-8000-000000000002' },
      { version: 3 },
      { type: 'ModelDayFailed' },
      { schema_version: 2 },
      { recorded_at: '2026-11-02T09:00:00.001Z' },
      { data: '{"n":1,"model":"größe"}' },
      { metadata: '{"actor": "anna"}' },
      { data: event.metadata, metadata: event.data },
    ];
    const leaves = [event, ...changes.map((change) => ({ ...event, ...change }))].map((each) =>
      leafHash(each).toString('hex'),
    );
    expect(new Set(leaves).size).toBe(leaves.length);
  });

  it('is the same when only the hashes of data and metadata are known', () => {
    const unit = 'grapheme' as const;
    fc.assert(
      fc.property(fc.string({ unit }), fc.string({ unit }), (data, metadata) => {
        const hashes = { data_sha256: textHash(data), metadata_sha256: textHash(metadata) };
        expect(redactedLeafHash({ ...event, ...hashes })).toEqual(leafHash({ ...event, data, metadata }));
      }),
    );
  });

  it('is not made from what is no hash', () => {
    const hashes = { data_sha256: textHash('{}'), metadata_sha256: textHash('{}') };
    const failing = (change: object) => () => redactedLeafHash({ ...event, ...hashes, ...change });
    expect(failing({ data_sha256: '{}' })).toThrow('"{}" is no SHA-256 in lower-case hex.');
    expect(failing({ metadata_sha256: textHash('{}').toUpperCase() })).toThrow(
      'is no SHA-256 in lower-case hex.',
    );
  });

  it('is not made from a number that came as text', () => {
    expect(() => leafHash({ ...event, position: '7' as unknown as number })).toThrow('must be whole numbers');
    expect(() => leafHash({ ...event, version: 7n as unknown as number })).toThrow('must be whole numbers');
    expect(() => leafHash({ ...event, schema_version: 1.5 })).toThrow('must be whole numbers');
  });
});
