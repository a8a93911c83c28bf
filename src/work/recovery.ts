// After a crash: what a worker inside of a service had running is dead, when its process is. What becomes of it, its
// kind says. Work of others is left alone: their leases speak for them (§6.3).
import { Injectable } from '@nestjs/common';
import { OwnCommands } from '../audit/own-commands.js';
import { Database } from '../database/database.js';
import type { Metadata } from '../event-store/event-store.js';
import { Runtime } from '../runtime/runtime.js';
import { ChangeStream } from './change-stream.js';
import { causedBy } from './expire-lease.js';
import { heldByDeadProcesses, type LeaseRow } from './leases.js';
import { OpenKinds, type WorkStreams } from './open-kinds.js';
import { retryTimes } from './retries.js';
import type { Failure, RestartPolicy, StreamCommand } from './work-kind.js';

export interface Recovered {
  /** As the kind calls them: `jobs`. */
  subjects: string;
  count: number;
  policy: RestartPolicy;
}

@Injectable()
export class Recovery {
  constructor(
    private readonly commands: OwnCommands,
    private readonly database: Database,
    private readonly kinds: OpenKinds,
    private readonly runtime: Runtime,
  ) {}

  /**
   * Closes what was being worked on, or counts the attempts as failed, as each kind wants it. A lease of a kind that
   * this Daybook does not know is left to one that does.
   *
   * @param living the processes whose leases hold: this one alone, where one service has the database
   * @returns what was found, kind by kind
   */
  async recover(living: readonly string[] = [this.kinds.parts.terms.process]): Promise<Recovered[]> {
    const leases = await heldByDeadProcesses(this.database.reader, living);
    const found: Recovered[] = [];
    for (const streams of this.kinds.withWork()) {
      const { subjects, onRestart: policy } = streams.work;
      const own = leases.filter(({ stream_id: streamId }) => streamId.startsWith(streams.kind.streamPrefix));
      const streamIds = [...new Set(own.map(({ stream_id: streamId }) => streamId))];
      if (streamIds.length === 0) continue;
      if (policy === 'fail') await this.close(streams, streamIds);
      else await this.fail(streams, own);
      found.push({ subjects, count: streamIds.length, policy });
    }
    return found;
  }

  private async close({ work }: WorkStreams, streamIds: readonly string[]): Promise<void> {
    for (const streamId of streamIds) {
      const command = work.close(failureOf(work.restartError), this.now());
      await this.change(streamId, command, work.pathOf(streamId), this.commands.metadata());
    }
  }

  private async fail({ work }: WorkStreams, leases: readonly LeaseRow[]): Promise<void> {
    const failure = failureOf(work.restartError);
    for (const lease of leases) {
      const { stream_id: streamId, work_key: workKey, attempt } = lease;
      const times = retryTimes(work.retriesOf(failure), this.runtime);
      const command = work.fail(workKey, attempt, failure, times, this.now());
      const metadata = causedBy(lease, this.commands.metadata());
      await this.change(streamId, command, work.pathOf(streamId, workKey), metadata);
    }
  }

  private async change(
    streamId: string,
    command: StreamCommand,
    path: string,
    metadata: Metadata,
  ): Promise<void> {
    const what = `${command.type} ${path}`;
    await this.commands.execute(new ChangeStream(streamId, command, metadata), what, metadata);
  }

  private now(): string {
    return this.kinds.parts.terms.now();
  }
}

const failureOf = (error: string): Failure => ({ cause: 'restart', error, retryable: true });
