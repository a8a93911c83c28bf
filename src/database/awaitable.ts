// Working on what may be there already. On SQLite nothing in a transaction is a promise, and awaiting each value all
// the same would cost more than the statements do; on a database behind a network everything is one.
export type Awaitable<T> = T | Promise<T>;

/** Goes on with a value: at once when it is there, else when it comes. */
export function after<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** One after the other; what the calls answer is not kept. */
export function inOrder<T>(items: Iterable<T>, call: (item: T) => Awaitable<unknown>): Awaitable<void> {
  const rest = items[Symbol.iterator]();
  for (let item = rest.next(); item.done !== true; item = rest.next()) {
    const done = call(item.value);
    if (done instanceof Promise) return done.then(() => inOrder({ [Symbol.iterator]: () => rest }, call));
  }
  return undefined;
}
