// The kinds of stream that Daybook keeps the book of.
import type { KindList } from './kind/kind.js';
import { jobKind } from './simulation/kind.js';

/** What happens to the log itself. */
const logKind = { rules: async () => (await import('./audit/log-kind.js')).logKind };

export const kinds: KindList = { list: [jobKind, logKind], url: import.meta.url };
