// Removes the subjects of a kind that ended long ago (§3, cleanup_old_jobs). Repeating it is harmless (idempotent), and
// so is ending it half way: each subject is removed as a whole, by its own event.
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import type { Metadata } from '../../event-store/event-store.js';
import { isRefusal } from '../../runtime/refusal.js';
import { Runtime, timestamp } from '../../runtime/runtime.js';
import { ChangeStream } from '../change-stream.js';
import type { EndedSubject, Expiry } from './expiry.js';
import { OpenKinds } from '../open-kinds.js';

const dayMs = 86_400_000;

/** Resolves with how many it removed. */
export class CleanUp extends Command<number> {
  constructor(
    readonly kindName: string,
    readonly olderThanDays: number,
    readonly metadata: Metadata,
    /** Ends it between two commits. */
    readonly ending?: AbortSignal,
  ) {
    super();
  }
}

@CommandHandler(CleanUp)
export class CleanUpHandler implements ICommandHandler<CleanUp> {
  constructor(
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly kinds: OpenKinds,
    private readonly runtime: Runtime,
  ) {}

  async execute({ kindName, olderThanDays, metadata, ending }: CleanUp): Promise<number> {
    const expiry = this.kinds.expiryOf(kindName);
    const until = timestamp(this.runtime.nowMs() - olderThanDays * dayMs);
    const ended = expiry.ended(this.database.reader, until, this.runtime);
    let removed = 0;
    for await (const batch of batchesOf(ended, expiry.sizeMax)) {
      if (ending?.aborted === true) break;
      // Together they share a commit.
      const done = await Promise.all(batch.map((subject) => this.remove(expiry, subject, metadata)));
      removed += done.filter(Boolean).length;
    }
    return removed;
  }

  /** False when it went on, or was removed by somebody else, since it was looked at. */
  private async remove(
    expiry: Expiry,
    { streamId, version }: EndedSubject,
    metadata: Metadata,
  ): Promise<boolean> {
    const command = expiry.removal(timestamp(this.runtime.nowMs()));
    try {
      await this.commands.execute(new ChangeStream(streamId, command, metadata, version));
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
    await expiry.afterwards?.(this.database, streamId);
    return true;
  }
}

/** Subjects that one commit can remove in a moment; a larger one is alone. */
async function* batchesOf(
  subjects: AsyncIterable<EndedSubject>,
  sizeMax: number,
): AsyncGenerator<EndedSubject[]> {
  const subjectsMax = 50;
  let batch: EndedSubject[] = [];
  let size = 0;
  for await (const subject of subjects) {
    if (batch.length > 0 && (batch.length >= subjectsMax || size + subject.size > sizeMax)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(subject);
    size += subject.size;
  }
  if (batch.length > 0) yield batch;
}
