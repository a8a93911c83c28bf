// What is not counted as it happens but looked at when somebody asks.
import { Gauge as PrometheusGauge, type Registry } from 'prom-client';
import type { DatabaseFiles } from '../database/database-files.js';
import type { Reader } from '../database/reader.js';
import type { Gauge } from '../kind/gauge.js';

/** What the mechanisms have to show. */
export interface Sights {
  logEvents(): Promise<number>;
  writesWaiting(): number;
  liveStreams(): number;
  /** Of the rebuild that runs, in events; zeros when none does. */
  rebuild(): { done: number; total: number };
  /** When the newest checkpoint was signed, in milliseconds since the epoch; undefined when none was. */
  checkpointAtMs(): number | undefined;
  /** The last verification since the start, if there was one. */
  verification(): { ok: boolean; atMs: number } | undefined;
  nowMs(): number;
  isReady(): Promise<boolean>;
  /** Undefined for a database that is no file. */
  files: Pick<DatabaseFiles, 'sizes' | 'lastBackupMs'> | undefined;
  version: string;
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
  gaugeOf('daybook_checkpoint_age_seconds', 'Since the newest checkpoint was signed', () =>
    ageOf(sights, sights.checkpointAtMs()),
  ),
  gaugeOf('daybook_verification_age_seconds', 'Since the last verification ended', () =>
    ageOf(sights, sights.verification()?.atMs),
  ),
  gaugeOf('daybook_verification_ok', 'Whether the last verification found nothing wrong: 1 or 0', () => {
    const { ok } = sights.verification() ?? {};
    return ok === undefined ? undefined : Number(ok);
  }),
  gaugeOf('daybook_ready', '1 when it can take commands and answer, as /health/ready says', async () =>
    (await sights.isReady()) ? 1 : 0,
  ),
  {
    name: 'daybook_build_info',
    help: 'Always 1: what runs',
    labelNames: ['version', 'node_version'],
    read: () =>
      Promise.resolve([
        { labels: { version: sights.version, node_version: process.versions.node }, value: 1 },
      ]),
  },
  {
    name: 'daybook_database_size_bytes',
    help: 'The files of the database on the disk',
    labelNames: ['file'],
    read: () =>
      Promise.resolve(
        Object.entries(sights.files?.sizes() ?? {}).map(([file, value]) => ({ labels: { file }, value })),
      ),
  },
  {
    name: 'daybook_last_backup_timestamp_seconds',
    help: 'When the last backup was made that verified',
    read: () => {
      const ms = sights.files?.lastBackupMs();
      return Promise.resolve(ms === undefined ? [] : [{ value: ms / 1_000 }]);
    },
  },
];

const ageOf = (sights: Sights, atMs: number | undefined): number | undefined =>
  atMs === undefined ? undefined : Math.max(0, sights.nowMs() - atMs) / 1_000;

type Looked = number | undefined;

/** Undefined is no sample: there is nothing to look at. */
const gaugeOf = (name: string, help: string, look: () => Looked | Promise<Looked>): Gauge => ({
  name,
  help,
  async read() {
    const value = await look();
    return value === undefined ? [] : [{ value }];
  },
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
        // A gauge without labels would be 0 after that, though there is nothing to look at.
        if (samples.length === 0) this.remove({});
        for (const { labels = {}, value } of samples) this.set(labels, value);
      },
    });
}
