// The bodies that requests may have: JSON, read whole before anything looks into it.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { readJson, UnkeepableJson, type JsonLimits } from '../runtime/json-text.js';
import { invalidRequest, Problem } from './problem.js';
import { problemOfStatus } from './problem-of.js';
import { sendContinue } from './unread-body.js';

/** A result may have 500 levels; what is around it has fewer. */
const levelsMax = 1_000;

/** JSON.parse takes about a tenth of a second for a body that is as large and as dense as may be. */
const limitsFor = (bodyLimitBytes: number): JsonLimits => ({
  levelsMax,
  partsMax: Math.floor(bodyLimitBytes / 16),
  membersMax: Math.floor(bodyLimitBytes / 64),
});

export function takeJson(fastify: FastifyInstance, bodyLimitBytes: number): void {
  const limits = limitsFor(bodyLimitBytes);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    async (request: FastifyRequest, payload: IncomingMessage) => {
      refuseOtherEncodings(request);
      const bytes = await bytesOf(request, payload, bodyLimitBytes);
      return bytes.length === 0 ? undefined : valueOf(bytes, limits);
    },
  );
  fastify.addHook('preValidation', (request, _reply, done) => {
    // A POST without a body is a POST with {}.
    if (request.method === 'POST' && request.body === undefined) request.body = {};
    done();
  });
}

/** @throws Problem 415 unless it is UTF-8, as it is */
function refuseOtherEncodings({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (/^identity$/i.test(encoding) && /^(utf-?8|us-ascii)$/i.test(charset)) return;
  const detail = 'Send the body as application/json in UTF-8, and not compressed.';
  throw new Problem(415, 'unsupported_media_type', detail, {}, { 'accept-encoding': 'identity' });
}

/** @throws Problem 413; the rest of a body that is too large is left to who answers */
function bytesOf(
  { headers, raw }: FastifyRequest,
  payload: IncomingMessage,
  limitBytes: number,
): Promise<Buffer> {
  if (Number(headers['content-length']) > limitBytes) return Promise.reject(problemOfStatus(413));
  sendContinue(raw);
  // By events: iterating over a stream takes several times as long as a small body does.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > limitBytes) fail(problemOfStatus(413));
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      leave();
      resolve(Buffer.concat(chunks));
    };
    const onClose = (): void => {
      fail(problemOfStatus(400));
    };
    const fail = (error: Error): void => {
      leave();
      payload.pause();
      reject(error);
    };
    const leave = (): void => {
      payload.off('data', onData).off('end', onEnd).off('error', fail).off('close', onClose);
    };
    payload.on('data', onData).on('end', onEnd).on('error', fail).on('close', onClose);
  });
}

function valueOf(bytes: Buffer, limits: JsonLimits): unknown {
  try {
    return readJson(bytes, limits);
  } catch (error) {
    if (error instanceof UnkeepableJson)
      throw invalidRequest([{ pointer: error.pointer, detail: error.message }]);
    throw problemOfStatus(400);
  }
}
