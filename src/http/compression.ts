// Answers that are worth it go out compressed to whoever can take that: an answer of a page or more, also while it is
// made. Live streams are not among them: they are written past this. See docs/operations.md for what it costs.
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliCompress,
  constants,
  createBrotliCompress,
  createGzip,
  gzip,
  type BrotliOptions,
  type ZlibOptions,
} from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { weightsIn } from './preferences.js';

/** The quickest of each: Brotli's is both smaller and quicker than gzip's (measured on our JSON). */
const brotli: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const gzipped: ZlibOptions = { level: constants.Z_BEST_SPEED };

const codings = {
  br: { whole: promisify(brotliCompress), options: brotli, stream: () => createBrotliCompress(brotli) },
  gzip: { whole: promisify(gzip), options: gzipped, stream: () => createGzip(gzipped) },
} as const;

type Coding = keyof typeof codings;

/** What fits into one packet takes one, compressed or not. */
const worthwhileBytes = 1_400;

const compressible = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|x-ndjson)\b)/;

/** To be called after whatever keeps answers: they are kept as they are. */
export function compressAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (!compressible.test(String(reply.getHeader('content-type') ?? '')) || !hasBody(request, reply)) {
      done();
      return;
    }
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (isWhole && payload.length < worthwhileBytes) {
      done();
      return;
    }
    reply.header('vary', 'accept-encoding');
    const coding = codingFor(request.headers['accept-encoding']);
    if (coding === undefined || !(isWhole || payload instanceof Readable)) {
      done();
      return;
    }
    const compressed = isWhole
      ? compressWhole(payload, coding, reply)
      : compressStream(payload, coding, reply);
    compressed.then((body) => {
      done(null, body);
    }, done);
  });
}

const hasBody = ({ method }: FastifyRequest, { statusCode }: FastifyReply): boolean =>
  method !== 'HEAD' && statusCode !== 204 && statusCode !== 304;

/** The one that the client prefers, ours when it does not care; undefined when it takes neither. */
function codingFor(header: string | string[] | undefined): Coding | undefined {
  if (header === undefined) return undefined;
  const weights = weightsIn(String(header));
  const weightOf = (coding: string): number => weights.get(coding) ?? weights.get('*') ?? 0;
  const [br, gz, identity] = [weightOf('br'), weightOf('gzip'), weights.get('identity') ?? 0];
  const best = br >= gz ? 'br' : 'gzip';
  return weightOf(best) > 0 && weightOf(best) >= identity ? best : undefined;
}

function compressWhole(body: string | Buffer, coding: Coding, reply: FastifyReply): Promise<Buffer> {
  const { whole, options } = codings[coding];
  tell(coding, reply);
  return (whole as (body: string | Buffer, options: object) => Promise<Buffer>)(body, options);
}

/** Looks at the beginning first: a short answer is whole before anything is compressed. */
async function compressStream(
  source: Readable,
  coding: Coding,
  reply: FastifyReply,
): Promise<Readable | Buffer> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<string | Buffer>;
  const first: Buffer[] = [];
  for (let bytes = 0; bytes < worthwhileBytes;) {
    const next = await chunks.next();
    if (next.done === true) return Buffer.concat(first);
    const chunk = Buffer.from(next.value);
    first.push(chunk);
    bytes += chunk.length;
  }
  tell(coding, reply);
  const rest: AsyncIterable<string | Buffer> = { [Symbol.asyncIterator]: () => chunks };
  const whole = Readable.from(joined(first, rest), { objectMode: false });
  // Whoever goes away ends the source too; what breaks in it breaks the answer.
  return pipeline(whole, codings[coding].stream(), () => source.destroy());
}

async function* joined(
  first: readonly Buffer[],
  rest: AsyncIterable<string | Buffer>,
): AsyncGenerator<string | Buffer> {
  yield* first;
  yield* rest;
}

/** Another form of the same version has another strong ETag (RFC 9110 §8.8.3.3): `"7"` is `"7-br"`. */
function tell(coding: Coding, reply: FastifyReply): void {
  reply.header('content-encoding', coding).removeHeader('content-length');
  const tag = reply.getHeader('etag');
  if (typeof tag === 'string') reply.header('etag', tag.replace(/"$/, `-${coding}"`));
}
