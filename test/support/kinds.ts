// The kinds of Daybook, with their rules.
import { loadKinds } from '../../src/kind/kind.js';
import { kinds as listed } from '../../src/kinds.js';

export const kinds = await loadKinds(listed);
