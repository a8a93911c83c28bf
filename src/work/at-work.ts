// A service at work: leases are looked through always; what has an executor is run.
import { Inject, Injectable } from '@nestjs/common';
import { EventBus, ofType } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import { Database } from '../database/database.js';
import { ownActor } from '../event-store/event-store.js';
import { Runtime } from '../runtime/runtime.js';
import { SERVICE_LOG } from '../runtime/service-log.js';
import { BuiltInWorker } from './built-in-worker.js';
import type { ExecutionObserver } from './execution.js';
import type { Executor } from './executors/executor.js';
import { LeaseWatch } from './lease-watch.js';
import { OpenKinds } from './open-kinds.js';
import { StreamChanged } from './stream-changed.js';
import type { ExecutorTools } from './work-kind.js';
import type { WorkingKind } from './working-kind.js';
import type { WorkSource } from './work-source.js';

/** By the name of the kind of work, `model_day`, say. */
export type Executors = ReadonlyMap<string, Executor>;

/**
 * @param settings as the composition root has read them
 * @throws UnusableExecutor
 */
export async function openExecutors(
  kinds: readonly WorkingKind[],
  settings: object,
  tools: ExecutorTools,
): Promise<Executors> {
  const executors = new Map<string, Executor>();
  for (const kind of kinds) {
    const work = await kind.work?.(settings);
    const executor = await work?.openExecutor(tools);
    if (work !== undefined && executor !== undefined) executors.set(work.name, executor);
  }
  return executors;
}

export interface AtWorkOptions {
  source: WorkSource;
  executors: Executors;
  /** How long what runs may go on at the end, in milliseconds. */
  graceMs: number;
  observer?: ExecutionObserver | undefined;
}

@Injectable()
export class AtWork {
  private rest = (): Promise<void> => Promise.resolve();

  constructor(
    private readonly kinds: OpenKinds,
    private readonly bus: EventBus,
    private readonly database: Database,
    private readonly runtime: Runtime,
    @Inject(SERVICE_LOG) private readonly log: Logger,
  ) {}

  start({ source, executors, graceMs, observer }: AtWorkOptions): void {
    const { kinds, bus, database, runtime, log } = this;
    const { terms } = kinds.parts;
    const prefixes = kinds.withWork().map(({ kind }) => kind.streamPrefix);
    const watch = new LeaseWatch({ reader: database.reader, source, runtime, log, terms, prefixes });
    watch.start();
    this.rest = () => watch.stop();
    if (executors.size === 0) return;

    const worker = new BuiltInWorker({
      source,
      kinds: kinds.withWork().flatMap(({ work: { name, concurrency, timeLimit } }) => {
        const executor = executors.get(name);
        return executor === undefined ? [] : [{ name, executor, concurrency, timeLimit }];
      }),
      runtime,
      log,
      name: ownActor,
      leaseMs: terms.leaseMs,
      observer,
    });
    const stopWaking = wakeWith(bus, kinds, worker);
    worker.wake();
    this.rest = async () => {
      await worker.stop(graceMs);
      // Until then a cancel must still reach what runs.
      stopWaking();
      await watch.stop();
    };
  }

  /** Claims no more, lets what runs finish within the grace period, and gives back the rest. */
  stop(): Promise<void> {
    return this.rest();
  }
}

/** The worker looks for work whenever something happened, and hears when what it runs was cancelled. */
export function wakeWith(bus: EventBus, kinds: OpenKinds, worker: BuiltInWorker): () => void {
  const subscription = bus.pipe(ofType(StreamChanged)).subscribe(({ streamId, events }) => {
    const work = kinds.withWorkOn(streamId)?.work;
    if (work === undefined) return;
    if (events.some((event) => work.leaseOf(event)?.type === 'all-end')) worker.cancel(streamId);
    worker.wake();
  });
  return () => {
    subscription.unsubscribe();
  };
}
