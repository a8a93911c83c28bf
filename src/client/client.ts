// A client of the HTTP API: it asks, and reads what comes as JSON, as lines of JSON, or as Server-Sent Events. A refusal
// is thrown as the house's own (runtime/refusal.ts).
import { systemRuntime } from '../runtime/runtime.js';
import { linesIn } from './lines.js';
import { errorOf, NoAnswer } from './problems.js';
import { eventsIn, type ServerEvent } from './server-events.js';
import type { Reply, Request, Transport } from './transport.js';

export interface Answer {
  status: number;
  /** Where what was made can be followed. */
  location: string | undefined;
  /** Undefined when there is none (204). */
  body: unknown;
}

/** How long an answer may take, in milliseconds. A large grid takes seconds. */
const answerMs = 120_000;

export class Client {
  /** Who answers, for a person. */
  readonly name: string;

  /**
   * @param whenStarting called when the service says that it is starting; the request is sent again when it resolves.
   * Without it, that is a NoAnswer.
   * @param actor who gives the commands, as the service is to keep it
   */
  constructor(
    private readonly transport: Transport,
    private readonly whenStarting?: () => Promise<void>,
    private readonly actor?: string,
  ) {
    this.name = transport.name;
  }

  /**
   * @throws Refusal when the answer is no
   * @throws NoAnswer when there is none now
   * @throws Error when it cannot be answered, or what answers is no Daybook
   */
  async ask(method: Request['method'], path: string, body?: object): Promise<Answer> {
    const signal = AbortSignal.timeout(answerMs);
    const who = method === 'GET' || this.actor === undefined ? {} : { 'x-actor': this.actor };
    const content =
      body === undefined
        ? { headers: who }
        : { headers: { ...who, 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const reply = await this.send({ method, path, signal, ...content });
    const { status } = reply;
    const found = status === 204 ? undefined : await bodyOf(reply);
    if (status !== 204 && typeof found !== 'object')
      throw new Error(`${this.name} answered ${status} to ${method} ${path}, and no JSON.`);
    return { status, location: reply.header('location'), body: found };
  }

  /** What a path shows; throws as `ask` does. */
  async get<Body>(path: string): Promise<Body> {
    return (await this.ask('GET', path)).body as Body;
  }

  /** Each line of an answer of many (NDJSON), as it comes; throws as `ask` does. */
  async *lines(path: string): AsyncGenerator<string> {
    const reply = await this.open(path, { accept: 'application/x-ndjson' });
    for await (const line of linesIn(reply.body)) if (line !== '') yield line;
  }

  /**
   * Server-Sent Events until the service ends them, or `signal` aborts; undefined when there is nothing more to tell.
   * Throws as `ask` does; NoAnswer also when the connection breaks.
   */
  async events(
    path: string,
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<ServerEvent> | undefined> {
    const last = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const reply = await this.open(path, { accept: 'text/event-stream', ...last }, signal);
    return reply.status === 204 ? undefined : eventsIn(reply.body);
  }

  /** For an answer of any length: it must begin in time, and may go on. */
  private async open(path: string, headers: Record<string, string>, until?: AbortSignal): Promise<Reply> {
    const late = new AbortController();
    const cancel = systemRuntime.after(answerMs, () => {
      late.abort(new Error('it takes too long'));
    });
    const signal = until === undefined ? late.signal : AbortSignal.any([until, late.signal]);
    try {
      return await this.send({ method: 'GET', path, headers, signal });
    } finally {
      cancel();
    }
  }

  private async send(request: Request): Promise<Reply> {
    for (;;) {
      const reply = await this.transport.send(request);
      const { status } = reply;
      const what = `${this.name} answered ${status} to ${request.method} ${request.path}.`;
      if (!isOfDaybook(reply)) throw strange(this.name, reply, what);
      if (status < 300) return reply;
      const error = errorOf(status, await bodyOf(reply), what);
      const isStarting = error instanceof NoAnswer && error.code === 'starting';
      if (!isStarting || this.whenStarting === undefined) throw error;
      await this.whenStarting();
    }
  }
}

/** Every answer of a service has its correlation id, also a refusal. */
const isOfDaybook = (reply: Reply): boolean => reply.header('x-correlation-id') !== undefined;

/** A gateway before the service, or something else altogether. */
function strange(name: string, reply: Reply, what: string): Error {
  const { status } = reply;
  if (status >= 300 && status < 400) {
    const to = reply.header('location') ?? 'nowhere';
    return new Error(`${name} sends elsewhere, to ${to}: give the address of the service itself.`);
  }
  if (status === 401 || status === 403)
    return new Error(`${name} asks for another name and password: --url https://name:password@host`);
  if ([502, 503, 504].includes(status)) return new NoAnswer(what);
  return new Error(`What answers at ${name} is no Daybook service.`);
}

/** Read when it is called JSON, else the text; the text also when it is called JSON and is none. */
async function bodyOf(reply: Reply): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of reply.body) text += decoder.decode(bytes, { stream: true });
  if (!/[/+]json\b/.test(reply.header('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
