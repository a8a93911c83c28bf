// A kind as this room sees it. What it says of its work and of its expiry is loaded when it is asked for: the threads that
// fold the log know the kinds too, and do without.
import type { DomainEvent } from '../event-store/decider.js';
import type { StreamKind } from '../event-store/kind.js';
import type { Expiry } from './expiry/expiry.js';
import type { WorkKind } from './work-kind.js';

export interface WorkingKind<
  State = unknown,
  Command = never,
  Event extends DomainEvent = DomainEvent,
> extends StreamKind<State, Command, Event> {
  /** @param settings as the composition root has read them */
  work?(settings: object): Promise<WorkKind<State, Event>>;
  /** @param settings as the composition root has read them */
  expiry?(settings: object): Promise<Expiry>;
}
