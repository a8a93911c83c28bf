// What becomes of a body that nobody wants. A client that still sends does not read, and would see a broken connection
// where there is an answer: the rest of the body is read and thrown away first, up to a limit of bytes and of time.
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Runtime } from '../runtime/runtime.js';

const thrownAwayBytesMax = 64 * 1024 * 1024;
const thrownAwayMs = 10_000;

/** Clients that send their body when they are told to (`Expect: 100-continue`), and were not told yet. */
const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** Tells a client that waits for it to send its body. */
export function sendContinue(request: IncomingMessage): void {
  waiting.get(request)?.writeContinue();
  waiting.delete(request);
}

export function readBeforeAnswers(fastify: FastifyInstance, runtime: Runtime): void {
  const server = fastify.server;
  server.on('checkContinue', (request, response) => {
    waiting.set(request, response);
    server.emit('request', request, response);
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const { raw } = request;
    // Node closes the connection of a client that is answered without having been told to go on.
    if (raw.complete || raw.readableEnded || raw.destroyed || waiting.has(raw)) {
      done(null, payload);
      return;
    }
    throwAway(raw, runtime, (isWhole) => {
      if (!isWhole) reply.header('connection', 'close');
      done(null, payload);
    });
  });
}

function throwAway(request: IncomingMessage, runtime: Runtime, done: (isWhole: boolean) => void): void {
  let bytes = 0;
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > thrownAwayBytesMax) stop();
  };
  const stop = (): void => {
    cancel();
    request.off('data', onData).off('end', stop).off('close', stop);
    done(request.complete);
  };
  const cancel = runtime.after(thrownAwayMs, stop);
  request.on('data', onData).on('end', stop).on('close', stop).resume();
}
