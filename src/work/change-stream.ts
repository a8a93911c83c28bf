// A command of a kind's decider, on its way to one stream: reports on attempts, what recovery decides, removals.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import type { DomainEvent } from '../event-store/decider.js';
import type { Metadata } from '../event-store/event-store.js';
import { OpenKinds } from './open-kinds.js';
import type { StreamCommand } from './work-kind.js';

interface ChangedStream {
  /** Empty when it was so already. */
  events: readonly DomainEvent[];
}

export class ChangeStream extends Command<ChangedStream> {
  constructor(
    readonly streamId: string,
    readonly command: StreamCommand,
    readonly metadata: Metadata,
    /** Refused when the stream has moved on. */
    readonly expectedVersion?: number,
  ) {
    super();
  }

  /** What metrics and traces call it. */
  get commandType(): string {
    return this.command.type;
  }
}

@CommandHandler(ChangeStream)
export class ChangeStreamHandler implements ICommandHandler<ChangeStream> {
  constructor(
    private readonly database: Database,
    private readonly kinds: OpenKinds,
  ) {}

  /** @throws Refusal of the kind's decider, or `version_conflict` */
  async execute({ streamId, command, metadata, expectedVersion }: ChangeStream): Promise<ChangedStream> {
    const streams = this.kinds.ofStream(streamId);
    if (streams === undefined) throw new Error(`${streamId} is of no kind that this Daybook knows`);
    if (!streams.isFolded(streamId)) await streams.foldAhead(this.database.reader, streamId);
    return this.database.queue.run(async (transaction) => {
      const { events } = await streams.execute(transaction, streamId, command, metadata, expectedVersion);
      return { events };
    });
  }
}
