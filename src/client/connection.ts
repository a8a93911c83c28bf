// The way to a service that listens somewhere: HTTP.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { NoAnswer } from './problems.js';
import type { Reply, Request, Transport } from './transport.js';

export class Connection implements Transport {
  /** Its address, without a password. */
  readonly name: string;
  private readonly credentials: Record<string, string> = {};

  /**
   * @param url may hold a name and a password (RFC 7617), for a gateway before the service
   * @throws Error when it is no URL that a service can have
   */
  constructor(url: string) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol) || parsed.search !== '')
      throw new Error(
        `"${url.replace(/\/\/.*@/, '//…@')}" is no address of a service: write it like http://127.0.0.1:3000`,
      );
    const { username, password } = parsed;
    this.name = parsed.origin + parsed.pathname.replace(/\/+$/, '');
    if (username === '' && password === '') return;
    const given = Buffer.from([username, password].map(unescaped).join(':'));
    this.credentials = { authorization: `Basic ${given.toString('base64')}` };
  }

  async send({ method, path, headers, body, signal }: Request): Promise<Reply> {
    try {
      // Not `fetch`: loading that takes longer than a command does. Neither does this follow redirects, with which a
      // POST would become a GET (RFC 9110 §15.4).
      const { request } = await (this.name.startsWith('https:') ? import('node:https') : import('node:http'));
      const asked = request(this.name + path, {
        method,
        headers: { ...headers, ...this.credentials },
        signal,
      }).end(body);
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      // Errors from here on are told to whoever reads the body; a body that nobody reads must keep no process alive.
      asked.on('error', () => undefined);
      answer.on('error', () => undefined).socket.unref();
      return {
        status: answer.statusCode ?? NaN,
        header: (name) => answer.headers[name]?.toString(),
        body: this.unbroken(answer, signal),
      };
    } catch (error) {
      throw this.noAnswer(error, signal);
    }
  }

  private async *unbroken(answer: IncomingMessage, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    answer.socket.ref();
    try {
      yield* answer as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw this.noAnswer(error, signal);
    }
  }

  private noAnswer(thrown: unknown, signal?: AbortSignal): NoAnswer {
    const error = (signal?.aborted === true ? signal.reason : thrown) as Error & { code?: unknown };
    const why = typeof error.code === 'string' ? error.code : error.message;
    return new NoAnswer(`No service answers at ${this.name} (${why}).`, undefined, error);
  }
}

/** A % that begins no escape is one. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
