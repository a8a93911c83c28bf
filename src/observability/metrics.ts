// What is counted, as Prometheus text. The rooms know nothing of Prometheus: each tells an observer of its own making,
// and the service hands one of these in. docs/operations.md lists names and meanings.
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Reader } from '../database/reader.js';
import type { WriteObserver } from '../database/write-queue.js';
import type { RequestObserver } from '../http/request-watch.js';
import type { Gauge } from '../kind/gauge.js';
import { observedBy } from './observed-commands.js';
import type { CommandWatch } from './watched-command-bus.js';
import type { ExecutionObserver } from '../work/execution.js';
import {
  attemptMeter,
  commandMeter,
  executionMeter,
  refusalMeter,
  requestMeter,
  writeMeter,
} from './meters.js';
import { watchGauges } from './gauges.js';

export class Metrics {
  readonly commands: CommandWatch;
  readonly writes: WriteObserver;
  readonly executions: ExecutionObserver;
  readonly requests: RequestObserver;
  readonly refusals: (code: string) => void;
  readonly events: (events: readonly { data: object }[]) => void;
  private readonly registry = new Registry();

  constructor() {
    // The process and the event loop, under the names that every Node service has.
    collectDefaultMetrics({ register: this.registry });
    this.commands = observedBy(commandMeter(this.registry));
    this.writes = writeMeter(this.registry);
    this.executions = executionMeter(this.registry);
    this.requests = requestMeter(this.registry);
    this.refusals = refusalMeter(this.registry);
    this.events = attemptMeter(this.registry);
  }

  /** From now on these are looked at too. */
  watch(gauges: readonly Gauge[], reader: Reader): void {
    watchGauges(this.registry, gauges, reader);
  }

  /** The Prometheus text format, version 0.0.4. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}
