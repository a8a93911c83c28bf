// A collector as small as can be: an HTTP server that takes what an OTLP exporter sends as JSON.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { until } from '../support/until.js';

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  events: string[];
  /** 0 unset, 2 error. */
  status: number;
  service: unknown;
}

const attributesOf = (list: any[]): Record<string, unknown> =>
  Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));

const spansOf = (body: any): ReceivedSpan[] =>
  body.resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    scopeSpans.flatMap(({ spans }: any) =>
      spans.map((span: any) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        name: span.name,
        kind: span.kind,
        attributes: attributesOf(span.attributes),
        links: span.links.map(({ traceId, spanId }: any) => ({ traceId, spanId })),
        events: span.events.map(({ name }: any) => name),
        status: span.status.code,
        service: attributesOf(resource.attributes)['service.name'],
      })),
    ),
  );

export class Collector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  endpoint = '';
  readonly spans: ReceivedSpan[] = [];
  readonly requests: { path: string | undefined; type: string | undefined }[] = [];
  private server: Server | undefined;

  async open(): Promise<this> {
    this.server = createServer((request, response) => {
      this.requests.push({ path: request.url, type: request.headers['content-type'] });
      text(request).then(
        (body) => {
          this.spans.push(...spansOf(JSON.parse(body)));
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        },
        () => response.destroy(),
      );
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  /** Resolves with the first span that fits, when it has arrived. */
  find(what: string, fits: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
    return until(`a span: ${what}`, () => this.spans.find(fits)).catch((error: unknown) => {
      throw new Error(`${String(error)}; there are: ${this.spans.map(({ name }) => name).join(', ')}`);
    });
  }

  close(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
