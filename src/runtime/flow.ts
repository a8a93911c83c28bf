// What flows over time, as observables on the Runtime's clock.
import { fromEvent, map, Observable, of, repeat } from 'rxjs';
import type { Runtime } from './runtime.js';

/** Emits once, after `ms` milliseconds. */
export const timerOf = (runtime: Runtime, ms: number): Observable<void> =>
  new Observable((subscriber) =>
    runtime.after(ms, () => {
      subscriber.next();
      subscriber.complete();
    }),
  );

/** Emits every `ms` milliseconds. */
export const every = (runtime: Runtime, ms: number): Observable<void> => timerOf(runtime, ms).pipe(repeat());

/** Emits when a signal aborts; at once when it has. */
export const abortOf = (signal: AbortSignal): Observable<unknown> =>
  signal.aborted ? of(undefined) : fromEvent(signal, 'abort').pipe(map(() => undefined));
