// What is not counted as it happens but looked at when somebody asks.
import { Gauge, type Registry } from 'prom-client';

export interface Sights {
  jobs(): Readonly<Record<string, number>>;
  modelDays(): Readonly<Record<string, number>>;
  logEvents(): number;
  writesWaiting(): number;
  liveStreams(): number;
  /** Of the rebuild that runs, in events; zeros when none does. */
  rebuild(): { done: number; total: number };
}

export function watchGauges(registry: Registry, sights: Sights): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const byStatus = (name: string, help: string, read: () => Readonly<Record<string, number>>) =>
    new Gauge({
      name,
      help,
      registers,
      labelNames: ['status'],
      collect() {
        for (const [status, count] of Object.entries(read())) this.set({ status }, count);
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
