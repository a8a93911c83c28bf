// The read tables at the start, brought to the end of the log by the rules of this Daybook.
import { CommandBus } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import type { Application } from './application.js';
import type { Database } from './database/database.js';
import { UnusableDatabase } from './database/unusable-database.js';
import { Health } from './http/health.js';
import { catchUp } from './projection/catch-up.js';
import { savePosition } from './projection/position.js';
import { projectedAmong, type Projection } from './projection/projected.js';
import { CancelRebuild, StartRebuild } from './projection/rebuild-commands.js';

/**
 * Brings the tables to the end of the log, by the rules of this Daybook.
 * @throws UnusableDatabase; the reason of `signal` when that has ended it
 */
export async function bringUpToDate(
  { app, parts: { database, kinds, rebuilds, log } }: Application,
  signal?: AbortSignal,
): Promise<void> {
  await rebuilds.cleanUp();
  const behind: string[] = [];
  for (const kind of projectedAmong(kinds.list)) {
    await mendTables(database, kind.projection, log);
    if (!(await catchUp(database, kind))) behind.push(kind.projection.name);
    signal?.throwIfAborted();
  }
  if (behind.length === 0) return;
  const health = app.get(Health, { strict: false });
  log.warn('the read tables are built anew from the log; the service is ready when that is done');
  health.catchingUp(() => {
    const { done, total } = rebuilds.progress;
    const progress = total === 0 ? '' : `: ${done} of ${total} events`;
    return `The read tables are built anew from the log${progress}`;
  });
  const commands = app.get(CommandBus, { strict: false });
  const { id } = await commands.execute(new StartRebuild(behind.length === 1 ? behind[0] : undefined));
  const cancel = (): void => {
    // How it ends is waited for below.
    commands.execute(new CancelRebuild(id)).catch(() => undefined);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  const ended = await rebuilds.whenEnded();
  signal?.removeEventListener('abort', cancel);
  health.caughtUp();
  if (ended?.status === 'completed') return;
  signal?.throwIfAborted();
  throw new UnusableDatabase(`Its read tables could not be built anew: ${ended?.error ?? 'it was stopped'}.`);
}

/** Read tables that somebody dropped are made again, empty and by no rules: so they are rebuilt. */
async function mendTables(
  { engine, queue }: Database,
  { name, tables }: Projection,
  log: Logger,
): Promise<void> {
  const present = await engine.tables();
  const missing = tables.map((table) => table.name).filter((table) => !present.has(table));
  if (missing.length === 0) return;
  await queue.run(async (transaction) => {
    await engine.makeTables(transaction, missing);
    savePosition(transaction, { name, version: 0, position: 0 });
  });
  log.error({ tables: missing }, 'read tables were missing, and are made again');
}
