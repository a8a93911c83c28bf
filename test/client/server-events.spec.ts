// Server-Sent Events as they arrive, in pieces.
import fc from 'fast-check';
import { eventsIn } from '../../src/client/server-events.js';

const text =
  ': still here\n\nevent: job\nid: 7\ndata: {"name":"ä€𝔤"}\n\nid\ndata:one\ndata: two\n\nevent: empty\n\r\ndata: last\r\n\r\ndata: cut off\n';

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const end of [...cuts.toSorted((one, other) => one - other), bytes.length]) {
    yield bytes.subarray(start, end);
    start = end;
    await Promise.resolve();
  }
}

it('reads the same messages however the bytes are cut', async () => {
  const bytes = new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length)), async (cuts) => {
      const found = [];
      for await (const message of eventsIn(pieces(bytes, cuts))) found.push(message);
      expect(found).toEqual([
        { event: 'job', id: '7', data: '{"name":"ä€𝔤"}' },
        { event: 'message', id: '', data: 'one\ntwo' },
        { event: 'message', id: '', data: 'last' },
      ]);
    }),
  );
});
