// Answers that take their reader a while go out in pieces, each when the one before has been taken: what is kept for a
// reader has a bound, and one that takes nothing is found out and cut off. Live streams see to that themselves.
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Runtime } from '../runtime/runtime.js';
import { stallMs } from './server-sent-events.js';

/** A reader that takes less in the time after which one is cut off stands still; a shorter answer goes out whole. */
const pieceBytes = 65_536;

/** After all other hooks that change what is sent. */
export function cutSlowReaders(fastify: FastifyInstance, runtime: Runtime): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (request.method === 'HEAD') {
      done(null, payload);
      return;
    }
    const pieces = inPieces(payload, reply);
    if (pieces !== undefined) cutWhenStalled(reply.raw, runtime);
    done(null, pieces ?? payload);
  });
}

/** Undefined for what is short. */
function inPieces(payload: unknown, reply: FastifyReply): Readable | undefined {
  const pieces = new Pieces();
  if (payload instanceof Readable) {
    // What goes wrong ends the pieces, and whoever sends them hears of it there.
    pipeline(payload, pieces, () => undefined);
    return pieces;
  }
  if (!(typeof payload === 'string' || Buffer.isBuffer(payload)) || payload.length <= pieceBytes)
    return undefined;
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  void reply.header('content-length', bytes.length);
  pieces.end(bytes);
  return pieces;
}

/** Parts of the same bytes: nothing is copied. */
class Pieces extends Transform {
  constructor() {
    super({ writableHighWaterMark: 1, readableHighWaterMark: 1 });
  }

  override _transform(bytes: Buffer, _: BufferEncoding, done: TransformCallback): void {
    for (let start = 0; start < bytes.length; start += pieceBytes)
      this.push(bytes.subarray(start, start + pieceBytes));
    done();
  }
}

function cutWhenStalled(raw: FastifyReply['raw'], runtime: Runtime): void {
  let cancel = (): void => undefined;
  const watch = (): void => {
    cancel();
    cancel = runtime.after(stallMs, () => {
      // Without a socket it waits for the answer before it, and with nothing to write for whoever makes it.
      if (raw.socket !== null && raw.writableLength > 0) raw.destroy();
      else watch();
    });
  };
  watch();
  raw.on('drain', watch);
  raw.once('close', () => {
    raw.off('drain', watch);
    cancel();
  });
}
