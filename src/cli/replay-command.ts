// Replays the life of one stream: its events one by one, with the state after each. What the events mean is their
// kind's to say.
import { completeLoggedId } from './stream-id.js';
import type { KindWords, ToldEvent } from './terminal-kind.js';
import type { TargetOptions } from './target.js';
import type { Targets } from './targets.js';
import { oneLine } from './terminal.js';

/** How the events of a kind are folded, and told. */
export interface Replay<State, Event> {
  decider: { initialState: State; evolve: (state: State, event: Event) => State };
  codec: { decode: (stored: { type: string; schema_version: number; data: string }) => Event };
  /** What an event is about, on one line; empty when its type says it all. */
  subjectOf: (event: ToldEvent) => string;
  /** The state on one line. */
  textOf: (state: State) => string;
  /** The state for scripts. */
  viewOf: (state: State) => unknown;
}

/** @param load what folds: loaded when it is needed */
export async function replay<State, Event>(
  words: KindWords,
  load: () => Promise<Replay<State, Event>>,
  given: string,
  options: TargetOptions & { json?: boolean },
  targets: Targets,
): Promise<void> {
  const { decider, codec, subjectOf, textOf, viewOf } = await load();
  await targets.on(options, async ({ client }) => {
    const id = await completeLoggedId(client, words, given);
    let state = decider.initialState;
    for await (const line of client.lines(words.eventsPath(id))) {
      const event = JSON.parse(line) as ToldEvent;
      state = decider.evolve(state, codec.decode({ ...event, data: JSON.stringify(event.data) }));
      const told =
        options.json === true
          ? JSON.stringify({ ...event, state: viewOf(state) })
          : textLine(event, subjectOf(event), textOf(state));
      targets.shell.print(told);
    }
  });
}

function textLine({ version, recorded_at: at, type }: ToldEvent, subject: string, after: string): string {
  const what = subject === '' ? type : `${type} ${subject}`;
  return oneLine(`${String(version).padStart(6)}  ${at}  ${what.padEnd(60)}  → ${after}`);
}
