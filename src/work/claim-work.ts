// Starts pieces of work for a worker: those that may start now, oldest first, of each kind in turn.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import type { Metadata } from '../event-store/event-store.js';
import type { Begun } from './kind-streams.js';
import type { WorkId } from './leases.js';
import { OpenKinds, type WorkStreams } from './open-kinds.js';
import { isToCome } from './retries.js';
import type { WorkRequest } from './work-kind.js';
import type { Places } from './work-source.js';

export interface ClaimedPiece extends Begun {
  /** `model_day`, say. */
  kind: string;
  streamId: string;
  request: WorkRequest;
}

export interface ClaimedWork {
  claims: readonly ClaimedPiece[];
  /** The earliest time at which a piece that waits for its next attempt may start; null for none. */
  nextAt: string | null;
}

export class ClaimWork extends Command<ClaimedWork> {
  constructor(
    readonly worker: string,
    readonly places: Places,
    /** Of a worker that lives in a process of Daybook and dies with it; null for one outside. */
    readonly process: string | null,
    readonly metadata: Metadata,
    /** Which pieces are left for later; asked when their turn comes. */
    readonly isHeld: (piece: WorkId) => boolean = () => false,
  ) {
    super();
  }
}

@CommandHandler(ClaimWork)
export class ClaimWorkHandler implements ICommandHandler<ClaimWork> {
  constructor(
    private readonly database: Database,
    private readonly kinds: OpenKinds,
  ) {}

  /** Behind its neighbours: what they end makes room for what comes next, in one commit. */
  execute(command: ClaimWork): Promise<ClaimedWork> {
    return this.database.queue.runLast(async (transaction) => {
      const places = command.places();
      const claims: ClaimedPiece[] = [];
      const waiting: string[] = [];
      let lines = this.kinds.withWork().map((streams) => ({
        left: places.get(streams.work.name) ?? 0,
        pieces: this.startNext(transaction, streams, command, waiting),
      }));
      // One of each in turn, so that none waits for the end of another's line.
      while ((lines = lines.filter(({ left }) => left > 0)).length > 0) {
        for (const line of lines) {
          const { value, done } = await line.pieces.next();
          line.left = done === true ? 0 : line.left - 1;
          if (done !== true) claims.push(value);
        }
      }
      return { claims, nextAt: waiting.toSorted()[0] ?? null };
    });
  }

  /** Starts one piece each time that it is asked for one. */
  private async *startNext(
    transaction: Transaction,
    streams: WorkStreams,
    { worker, process, metadata, isHeld }: ClaimWork,
    waiting: string[],
  ): AsyncGenerator<ClaimedPiece, undefined> {
    const { work } = streams;
    const { terms } = this.kinds.parts;
    for (const streamId of await work.activeStreams(await streams.projected(transaction))) {
      const { state } = await streams.load(transaction, streamId);
      for (const { workKey, notBefore } of work.pending(state)) {
        if (isHeld({ streamId, workKey })) continue;
        const now = terms.now();
        if (notBefore !== null && isToCome(notBefore, now)) {
          waiting.push(notBefore);
          continue;
        }
        const command = work.start(workKey, worker, now);
        const started = await streams.execute(transaction, streamId, command, metadata, undefined, process);
        const begun = started.begun as Begun;
        yield {
          kind: work.name,
          streamId,
          request: work.requestOf(started.state, workKey, begun.attempt),
          ...begun,
        };
      }
    }
    return undefined;
  }
}
