// The kinds of a service with a second one, as its threads and the command line load them: built.
import { counterKind } from './counter-kind.js';

/** @type {unknown} The types come from the sources, so that they can be checked before anything is built. */
const built = await import(new URL('../../dist/kinds.js', import.meta.url).href);
const { list } = /** @type {typeof import('../../src/kinds.js')} */ (built).kinds;

/** @type {import('../../src/kind/kind.js').KindList} */
export const kinds = { list: [...list, counterKind], url: import.meta.url };
