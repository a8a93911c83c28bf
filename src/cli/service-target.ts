// A service that runs, over HTTP.
import type { Answer, Target } from './target.js';
import { eventsIn, type ServerEvent } from './server-events.js';

/** How long an answer may take, in milliseconds. A large grid takes seconds. */
const answerMs = 120_000;

/** Nothing listens there, or not any more. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export class ServiceTarget implements Target {
  readonly isService = true;
  readonly name: string;

  /** @throws Error when it is no URL that a service can have */
  constructor(url: string) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol) || parsed.search !== '')
      throw new Error(`"${url}" is no address of a service: write it like http://127.0.0.1:3000`);
    this.name = url.replace(/\/+$/, '');
  }

  /** @throws NoAnswer */
  async send(method: string, path: string, body?: object): Promise<Answer> {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.headers = { 'content-type': 'application/json' };
      init.body = JSON.stringify(body);
    }
    const response = await this.fetch(path, init, answerMs);
    const text = await this.unlessBroken(response.text());
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      location: response.headers.get('location') ?? undefined,
      body: isJson ? (JSON.parse(text) as unknown) : text,
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
    return this.unbroken(eventsIn(response.body));
  }

  /** What `GET` answers within `ms`, as text; undefined when nothing does. */
  async glimpse(
    path: string,
    ms: number,
  ): Promise<{ status: number; type: string; text: string } | undefined> {
    try {
      const response = await this.fetch(path, {}, ms);
      const type = response.headers.get('content-type') ?? '';
      return { status: response.status, type, text: await this.unlessBroken(response.text()) };
    } catch (error) {
      if (error instanceof NoAnswer) return undefined;
      throw error;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private fetch(path: string, init: RequestInit, withinMs?: number): Promise<Response> {
    const limit = withinMs === undefined ? {} : { signal: AbortSignal.timeout(withinMs) };
    return this.unlessBroken(fetch(this.name + path, { ...init, ...limit }));
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
