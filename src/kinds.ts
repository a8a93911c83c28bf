// The kinds of stream that Daybook keeps the book of.
import { logKind } from './audit/log-kind.js';
import type { Kinds } from './kind/kind.js';
import { jobKind } from './simulation/kind.js';

export const kinds: Kinds = { list: [jobKind, logKind], url: import.meta.url };
