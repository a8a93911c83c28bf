// The way to a service that listens somewhere: HTTP.
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
    const all = { ...headers, ...this.credentials };
    try {
      // Followed, a POST would become a GET (RFC 9110 §15.4).
      const content = { body: body ?? null, signal: signal ?? null };
      const init: RequestInit = { method, headers: all, ...content, redirect: 'manual' };
      const response = await fetch(this.name + path, init);
      return {
        status: response.status,
        header: (name) => response.headers.get(name) ?? undefined,
        body: this.unbroken(response.body ?? []),
      };
    } catch (error) {
      throw this.noAnswer(error);
    }
  }

  private async *unbroken(
    body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw this.noAnswer(error);
    }
  }

  private noAnswer(error: unknown): NoAnswer {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    const why = cause?.code ?? cause?.message ?? message;
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
