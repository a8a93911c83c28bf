// What is not counted as it happens but looked at when somebody asks.
import { Gauge, type Registry } from 'prom-client';

export interface Sights {
  jobs(): Promise<Readonly<Record<string, number>>>;
  modelDays(): Promise<Readonly<Record<string, number>>>;
  logEvents(): Promise<number>;
  writesWaiting(): number;
  liveStreams(): number;
  /** Of the rebuild that runs, in events; zeros when none does. */
  rebuild(): { done: number; total: number };
}

export function watchGauges(registry: Registry, sights: Sights): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
  const byStatus = (name: string, help: string, read: () => Promise<Readonly<Record<string, number>>>) =>
    new Gauge({
      name,
      help,
      registers,
      labelNames: ['status'],
      async collect() {
        for (const [status, count] of Object.entries(await read())) this.set({ status }, count);
      },
    });

  byStatus('daybook_jobs', 'Jobs by status', () => sights.jobs());
  byStatus('daybook_model_days', 'Model-days by status', () => sights.modelDays());
  gauge('daybook_log_events', 'Events in the log', () => sights.logEvents());
  gauge('daybook_write_queue_commands', 'Commands that wait for their transaction', () =>
    sights.writesWaiting(),
  );
  gauge('daybook_live_streams', 'Open streams of Server-Sent Events', () => sights.liveStreams());
  gauge(
    'daybook_rebuild_events',
    'Events that the running rebuild has to fold',
    () => sights.rebuild().total,
  );
  gauge(
    'daybook_rebuild_events_done',
    'Events that the running rebuild has folded',
    () => sights.rebuild().done,
  );
}
