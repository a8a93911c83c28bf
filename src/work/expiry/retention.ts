// Removes what ended long ago by itself, once a day, for each kind that has a retention.
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { OwnCommands } from '../../audit/own-commands.js';
import { Runtime, type Cancel } from '../../runtime/runtime.js';
import { SERVICE_LOG } from '../../runtime/service-log.js';
import { OpenKinds } from '../open-kinds.js';
import { CleanUp } from './clean-up.js';

const dayMs = 86_400_000;

@Injectable()
export class Retention {
  private cancel: Cancel | undefined;
  private cleaning: Promise<void> = Promise.resolve();
  private readonly stopped = new AbortController();

  constructor(
    private readonly kinds: OpenKinds,
    private readonly commands: OwnCommands,
    private readonly runtime: Runtime,
    @Inject(SERVICE_LOG) private readonly log: Logger,
  ) {}

  /** At once, and each day after: a service that is restarted every night would else never come to it. */
  start(): void {
    const { kinds, runtime } = this;
    if (kinds.expiries().every(({ expiry }) => expiry.retentionDays === undefined)) return;
    this.cleaning = this.cleanAll().finally(() => {
      if (this.stopped.signal.aborted) return;
      this.cancel = runtime.after(dayMs, () => {
        this.start();
      });
    });
  }

  /** Resolves when it rests; a cleanup under way ends at its next commit. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.cancel?.();
    await this.cleaning;
  }

  private async cleanAll(): Promise<void> {
    for (const { kindName, expiry } of this.kinds.expiries()) {
      if (expiry.retentionDays !== undefined)
        await this.clean(kindName, expiry.subjects, expiry.retentionDays);
    }
  }

  private async clean(kindName: string, subjects: string, retentionDays: number): Promise<void> {
    const { commands, log } = this;
    const metadata = commands.metadata();
    const command = new CleanUp(kindName, retentionDays, metadata, this.stopped.signal);
    try {
      const removed = await commands.execute(command, `CleanUp ${subjects}`, metadata);
      if (removed > 0) log.info({ [subjects]: removed, retentionDays }, `old ${subjects} were removed`);
    } catch (error) {
      log.error({ err: error }, `old ${subjects} could not be removed`);
    }
  }
}
