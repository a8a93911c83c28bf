// One Server-Sent Events answer (WHATWG HTML §9.2). It is pulled: the next message is made when the last one has gone
// out, so a slow reader costs no memory; one that stands still is told so and let go.
import type { FastifyReply } from 'fastify';
import type { Runtime } from '../runtime/runtime.js';
import { bytesOf } from './bytes.js';

export interface Message {
  event?: string;
  id?: string;
  /** Without line breaks; the parts of one text. */
  data: string | readonly string[];
}

/** How long a reader may take nothing, in milliseconds. */
export const stallMs = 15_000;

/** How long a reader that was let go has to take what was said last, in milliseconds. */
export const lastWordMs = 5_000;

/** How much is handed to the connection at once, in bytes. */
const writeMax = 65_536;

export class ServerSentEvents {
  private readonly gone = new AbortController();

  constructor(
    private readonly reply: FastifyReply,
    private readonly runtime: Runtime,
  ) {
    reply.hijack();
    reply.raw.on('close', () => {
      this.gone.abort();
    });
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // A stream is the last answer on its connection: one kept alive would hold up a service that stops.
      connection: 'close',
      'x-accel-buffering': 'no',
    });
    reply.raw.flushHeaders();
  }

  /** Aborts when the reader has gone, or was let go. */
  get closed(): AbortSignal {
    return this.gone.signal;
  }

  /** Resolves when there is room for more; at once, mostly. */
  async send(messages: readonly Message[]): Promise<void> {
    const bytes = bytesOf(messages.flatMap(textsOf));
    for (let start = 0; start < bytes.length && !this.gone.signal.aborted; start += writeMax)
      await this.write(bytes.subarray(start, start + writeMax));
  }

  /** Keeps proxies from closing a quiet connection, and finds out whether the reader is still there. */
  async heartbeat(): Promise<void> {
    await this.write(': still here\n\n');
  }

  /** Says why, as an event `end`, and closes. */
  end(code: string, detail: string): void {
    if (this.gone.signal.aborted) return;
    const { raw } = this.reply;
    raw.end(bytesOf(textsOf({ event: 'end', data: JSON.stringify({ code, detail }) })));
    this.gone.abort();
    // Whoever does not even read that would hold the connection, and what waits in it, for as long as it likes.
    const cancel = this.runtime.after(lastWordMs, () => {
      raw.destroy();
    });
    raw.on('close', cancel);
  }

  /** Closes without a word: everything was said. */
  finish(): void {
    this.reply.raw.end();
    this.gone.abort();
  }

  private async write(text: string | Buffer): Promise<void> {
    if (this.gone.signal.aborted || this.reply.raw.write(text)) return;
    const drained = await new Promise<boolean>((resolve) => {
      const settle = (isDrained: boolean) => () => {
        cancel();
        this.reply.raw.off('drain', onDrain).off('close', onClose);
        resolve(isDrained);
      };
      const onDrain = settle(true);
      const onClose = settle(true);
      const cancel = this.runtime.after(stallMs, settle(false));
      this.reply.raw.on('drain', onDrain).on('close', onClose);
    });
    if (!drained)
      this.end(
        'slow_reader',
        `Nothing was read for ${stallMs / 1000} seconds; go on from the last event id.`,
      );
  }
}

const textsOf = ({ event, id, data }: Message): string[] => [
  event === undefined ? '' : `event: ${event}\n`,
  id === undefined ? '' : `id: ${id}\n`,
  'data: ',
  ...(typeof data === 'string' ? [data] : data),
  '\n\n',
];
