// The shape of every kind of thing that Daybook keeps the book of: rules in `decide`, facts in `evolve`, no I/O.

export interface DomainEvent {
  readonly type: string;
  readonly data: object;
}

export interface Decider<State, Command, Event extends DomainEvent> {
  readonly initialState: State;
  /** @throws a refusal when a rule does not allow the command; then nothing happens */
  decide(state: State, command: Command): readonly Event[];
  /** Pure: the state that is handed in stays as it is. Never refuses: the event has happened. */
  evolve(state: State, event: Event): State;
  /** How much memory a state takes, in cells of its largest part: what the cache of folded states counts. */
  sizeOf(state: State): number;
}
