// What is not counted as it happens but looked at when somebody asks.
import { Gauge as PrometheusGauge, type Registry } from 'prom-client';
import type { Reader } from '../database/reader.js';
import type { Gauge } from '../kind/gauge.js';

/** What the mechanisms have to show. */
export interface Sights {
  logEvents(): Promise<number>;
  writesWaiting(): number;
  liveStreams(): number;
  /** Of the rebuild that runs, in events; zeros when none does. */
  rebuild(): { done: number; total: number };
}

export const gaugesOf = (sights: Sights): Gauge[] => [
  gaugeOf('daybook_log_events', 'Events in the log', () => sights.logEvents()),
  gaugeOf('daybook_write_queue_commands', 'Commands that wait for their transaction', () =>
    sights.writesWaiting(),
  ),
  gaugeOf('daybook_live_streams', 'Open streams of Server-Sent Events', () => sights.liveStreams()),
  gaugeOf(
    'daybook_rebuild_events',
    'Events that the running rebuild has to fold',
    () => sights.rebuild().total,
  ),
  gaugeOf(
    'daybook_rebuild_events_done',
    'Events that the running rebuild has folded',
    () => sights.rebuild().done,
  ),
];

const gaugeOf = (name: string, help: string, look: () => number | Promise<number>): Gauge => ({
  name,
  help,
  read: async () => [{ value: await look() }],
});

export function watchGauges(registry: Registry, gauges: readonly Gauge[], reader: Reader): void {
  for (const gauge of gauges)
    new PrometheusGauge({
      name: gauge.name,
      help: gauge.help,
      labelNames: gauge.labelNames ?? [],
      registers: [registry],
      async collect() {
        const samples = await gauge.read(reader);
        // What has gone from the tables is shown no more.
        this.reset();
        for (const { labels = {}, value } of samples) this.set(labels, value);
      },
    });
}
