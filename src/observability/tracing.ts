// OpenTelemetry traces: loaded only when there is an endpoint to send them to. No other room imports OpenTelemetry.
import { context, propagation, trace, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { FastifyInstance } from 'fastify';
import type { WriteWatch } from '../database/write-queue.js';
import { tracedCommands, tracedWrites } from './traced-commands.js';
import { traceRequests } from './traced-requests.js';
import { traceWork, type WorkerParts } from './traced-work.js';
import type { CommandWatch } from './watched-command-bus.js';

export interface TracingOptions {
  /** Of a collector, like `http://localhost:4318`: spans go to `/v1/traces` below it, as JSON. */
  endpoint: string;
  serviceName: string;
}

/** How long a collector may take; at a stop, this is waited for. In milliseconds. */
const exportTimeoutMs = 3_000;

export class Tracing {
  readonly commands: CommandWatch;
  readonly writes: WriteWatch;
  private readonly provider: NodeTracerProvider;
  private readonly tracer: Tracer;

  /** One for a process: what runs finds its context through a register of the process. */
  constructor({ endpoint, serviceName }: TracingOptions) {
    const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
    const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs });
    this.provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName }),
      spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: exportTimeoutMs })],
    });
    this.provider.register();
    this.tracer = this.provider.getTracer('daybook');
    this.commands = tracedCommands(this.tracer);
    this.writes = tracedWrites(this.tracer);
  }

  requests(fastify: FastifyInstance): void {
    traceRequests(fastify, this.tracer);
  }

  /** @param triggerOf the `traceparent` of what began a stream, if it was kept */
  work(work: WorkerParts, triggerOf: (streamId: string) => Promise<string | undefined>): WorkerParts {
    return traceWork(work, triggerOf, this.tracer);
  }

  /** Sends what is left. That a collector does not answer is not worth failing a stop for. */
  async close(): Promise<void> {
    await this.provider.shutdown().catch(() => undefined);
    trace.disable();
    context.disable();
    propagation.disable();
  }
}
