// A service that runs, over HTTP.
import { NoAnswer, type Answer, type Target } from './target.js';
import { eventsIn, type ServerEvent } from './server-events.js';

/** How long an answer may take, in milliseconds. A large grid takes seconds. */
const answerMs = 120_000;

export class ServiceTarget implements Target {
  readonly isService = true;
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

  /** @throws NoAnswer */
  async send(method: string, path: string, body?: object, withinMs = answerMs): Promise<Answer> {
    const content =
      body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const signal = AbortSignal.timeout(withinMs);
    const response = await this.fetch(path, { method, signal, ...content });
    const text = await this.unlessBroken(response.text());
    const type = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      type,
      location: response.headers.get('location') ?? undefined,
      body: /[/+]json\b/.test(type) ? parsed(text) : text,
    };
  }

  /**
   * Server-Sent Events until the service ends them, or `signal` aborts; undefined when there is nothing more to tell.
   * @throws NoAnswer also when the connection breaks
   */
  async events(
    path: string,
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<ServerEvent> | undefined> {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
    const response = await this.fetch(path, { headers, signal });
    if (response.status === 204) return undefined;
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw new NoAnswer(`${this.name} answered ${response.status} to GET ${path}.`);
    }
    if (!/^text\/event-stream\b/.test(response.headers.get('content-type') ?? '')) {
      await response.body.cancel();
      throw new Error(`${this.name} answered no event stream to GET ${path}.`);
    }
    return this.unbroken(eventsIn(response.body));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private fetch(
    path: string,
    { headers, ...init }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> },
  ): Promise<Response> {
    const all = { ...headers, ...this.credentials };
    // Followed, a POST would become a GET (RFC 9110 §15.4).
    return this.unlessBroken(fetch(this.name + path, { ...init, headers: all, redirect: 'manual' }));
  }

  private async unlessBroken<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.noAnswer(error);
    }
  }

  private async *unbroken(events: AsyncGenerator<ServerEvent>): AsyncGenerator<ServerEvent> {
    try {
      yield* events;
    } catch (error) {
      throw this.noAnswer(error);
    }
  }

  private noAnswer(error: unknown): NoAnswer {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    return new NoAnswer(`No service answers at ${this.name} (${cause?.code ?? cause?.message ?? message}).`, {
      cause: error,
    });
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

/** The text itself when it is called JSON and is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
