// The connections below HTTP: how many there may be, and how long one may take over what it sends. A live stream, or a
// request that waits for its answer, has been sent whole: it may last as long as it likes.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Runtime } from '../runtime/runtime.js';
import { answerOnSocket } from './client-error.js';
import { problemOfStatus } from './problem-of.js';

/** Times in milliseconds. */
export interface Patience {
  /** From the first moment of a connection, or from the first byte of its next request, to the end of the headers. */
  headersMs: number;
  /** From the first byte of a request to the last one of its body. */
  requestMs: number;
  /** Between an answer and the next request. Longer than the minute after which proxies let go. */
  idleMs: number;
  /** How often it is looked who is late. */
  checkedEveryMs: number;
}

/** A body has a second for each 64 KiB: whoever is slower than that is not on any network of ours. */
export const patienceFor = (bodyLimitBytes: number): Patience => ({
  headersMs: 30_000,
  requestMs: 60_000 + Math.ceil(bodyLimitBytes / 65_536) * 1_000,
  idleMs: 72_000,
  checkedEveryMs: 5_000,
});

/** For the server's making: Fastify sets the others, from options of its own. */
export const serverOptions = ({ headersMs, requestMs, checkedEveryMs }: Patience) => ({
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  connectionsCheckingInterval: checkedEveryMs,
  // Node would answer without a body: we look for it ourselves.
  requireHostHeader: false,
});

export function limitConnections(server: Server, connectionsMax: number, runtime: Runtime): void {
  server.maxConnections = connectionsMax;
  server.on('connect', (_request, socket) => {
    answerOnSocket(problemOfStatus(405), socket as Socket, runtime);
  });
  // As Node does with 100-continue, the request goes on, and is refused like any other.
  server.on('checkExpectation', (request, response) => {
    server.emit('request', request, response);
  });
}
