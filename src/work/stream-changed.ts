// Published after a commit, stream by stream, to wake whoever waits for work. Losing one costs time and nothing else.
import type { DomainEvent } from '../event-store/decider.js';

export class StreamChanged {
  constructor(
    readonly kindName: string,
    readonly streamId: string,
    readonly events: readonly DomainEvent[],
  ) {}
}
