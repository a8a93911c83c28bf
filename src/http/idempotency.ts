// `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header): the same key with the same request gets the first
// answer again, with another request 422, and 409 while the first is under way. A request without one costs nothing.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Transaction } from '../database/transaction.js';
import type { KeptAnswer, KeptAnswers } from '../idempotency/kept-answers.js';
import { invalidRequest, Problem } from './problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a command that came with a key, while it is under way. */
    keyed: KeyedRequest | undefined;
  }
}

type AnswerToKeep = Pick<KeptAnswer, 'status' | 'headers' | 'body'>;

/** A command under way whose answer will be kept. */
class KeyedRequest {
  private isKept = false;

  constructor(
    private readonly name: Pick<KeptAnswer, 'key' | 'fingerprint'>,
    private readonly answers: KeptAnswers,
    /** To be called when it is answered. */
    readonly over: () => void,
  ) {}

  /** In the transaction of the command. */
  keepIn(transaction: Transaction, answer: AnswerToKeep): void {
    this.answers.keepIn(transaction, { ...this.name, ...answer });
    this.isKept = true;
  }

  /** What no transaction has kept: a refusal, or what may be done twice. */
  async keep(answer: AnswerToKeep): Promise<void> {
    if (!this.isKept) await this.answers.keep({ ...this.name, ...answer });
  }
}

/** Visible ASCII, with or without the quotes of a structured field (RFC 8941). */
const acceptable = /^(?:"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

/** Those by which a rule said no. What never reached a rule, or failed, leaves the key free for another try. */
const refusalsKept: readonly number[] = [404, 409, 412];

const headersKept = ['content-type', 'location', 'etag'] as const;

/** Honours the header on every command. Commands of one transaction keep their answer in it (`Answering`). */
export function honourIdempotencyKeys(fastify: FastifyInstance, answers: KeptAnswers): void {
  const underWay = new Map<string, string>();
  fastify.decorateRequest('keyed', undefined);

  /** @returns false when it is answered already */
  const begin = async (request: FastifyRequest, reply: FastifyReply): Promise<boolean> => {
    const key = keyOf(request);
    const fingerprint = fingerprintOf(request);
    const other = underWay.get(key);
    if (other !== undefined) throw other === fingerprint ? inUse() : reused();
    underWay.set(key, fingerprint);
    const over = (): void => {
      underWay.delete(key);
    };
    try {
      const kept = await answers.find(key);
      if (kept === undefined) {
        request.keyed = new KeyedRequest({ key, fingerprint }, answers, over);
        return true;
      }
      if (kept.fingerprint !== fingerprint) throw reused();
      replay(kept, reply);
      return false;
    } finally {
      if (request.keyed === undefined) over();
    }
  };

  fastify.addHook('preHandler', (request, reply, done) => {
    const isCommand = request.method !== 'GET' && request.method !== 'HEAD' && !request.is404;
    if (!isCommand || request.headers['idempotency-key'] === undefined) {
      done();
      return;
    }
    begin(request, reply).then((goesOn) => {
      if (goesOn) done();
    }, done);
  });

  fastify.addHook('onSend', (request, reply, payload, done) => {
    const { keyed } = request;
    if (keyed === undefined) {
      done();
      return;
    }
    request.keyed = undefined;
    const { statusCode: status } = reply;
    const isKept = status < 300 || refusalsKept.includes(status);
    const kept = isKept ? keyed.keep(answerOf(reply, payload)) : Promise.resolve();
    // Not sooner: whoever repeats it must find it under way, or answered.
    kept.finally(keyed.over).then(() => {
      done();
    }, done);
  });
}

function keyOf({ headers }: FastifyRequest): string {
  const [, quoted, bare] = acceptable.exec(String(headers['idempotency-key'])) ?? [];
  const key = quoted ?? bare;
  if (key !== undefined) return key;
  const detail = 'must be 1 to 255 visible characters of ASCII, in quotes or not';
  throw invalidRequest([{ pointer: '/Idempotency-Key', detail }]);
}

/** Equal for the same request: what is asked of what, on which condition, by whom. */
function fingerprintOf({ method, url, headers, actor, body }: FastifyRequest): string {
  const canonical = JSON.stringify([method, url, headers['if-match'] ?? null, actor ?? null, body ?? null]);
  return createHash('sha256').update(canonical).digest('hex');
}

const inUse = (): Problem =>
  new Problem(
    409,
    'idempotency_key_in_use',
    'The request with this Idempotency-Key is still under way: send it again in a moment.',
  );

const reused = (): Problem =>
  new Problem(
    422,
    'idempotency_key_reused',
    'Another request came with this Idempotency-Key: a new request takes a new key.',
  );

function answerOf(reply: FastifyReply, payload: unknown): AnswerToKeep {
  const given = headersKept.map((name) => [name, reply.getHeader(name)] as const);
  const headers = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  const body = typeof payload === 'string' ? payload : '';
  return { status: reply.statusCode, headers: JSON.stringify(headers), body };
}

function replay({ status, headers, body }: KeptAnswer, reply: FastifyReply): void {
  reply
    .code(status)
    .headers(JSON.parse(headers) as Record<string, string>)
    .header('idempotency-replayed', 'true')
    .send(body === '' ? undefined : body);
}
