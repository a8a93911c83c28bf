// A service at work: leases are looked through always; what has an executor is run.
import { ofType, type EventBus } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import type { Reader } from '../database/reader.js';
import { ownActor } from '../event-store/event-store.js';
import type { Runtime } from '../runtime/runtime.js';
import { BuiltInWorker } from './built-in-worker.js';
import type { ExecutionObserver } from './execution.js';
import type { Executor } from './executors/executor.js';
import { LeaseWatch } from './lease-watch.js';
import type { OpenKinds } from './open-kinds.js';
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
  kinds: OpenKinds;
  source: WorkSource;
  executors: Executors;
  bus: EventBus;
  reader: Reader;
  runtime: Runtime;
  log: Logger;
  /** How long what runs may go on at the end, in milliseconds. */
  graceMs: number;
  observer?: ExecutionObserver | undefined;
}

/** Resolves the returned call when all rest. */
export function startWork(options: AtWorkOptions): () => Promise<void> {
  const { kinds, source, executors, reader, runtime, log } = options;
  const { leaseMs } = kinds.parts.terms;
  const prefixes = kinds.withWork().map(({ kind }) => kind.streamPrefix);
  const watch = new LeaseWatch({ reader, source, runtime, log, leaseMs, prefixes });
  watch.start();
  if (executors.size === 0) return () => watch.stop();

  const worker = new BuiltInWorker({
    source,
    kinds: kinds.withWork().flatMap(({ work: { name, concurrency, timeLimit } }) => {
      const executor = executors.get(name);
      return executor === undefined ? [] : [{ name, executor, concurrency, timeLimit }];
    }),
    runtime,
    log,
    name: ownActor,
    leaseMs,
    observer: options.observer,
  });
  const stopWaking = wakeWith(options.bus, kinds, worker);
  worker.wake();
  return async () => {
    await worker.stop(options.graceMs);
    // Until then a cancel must still reach what runs.
    stopWaking();
    await watch.stop();
  };
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
