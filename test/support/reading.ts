// A database as somebody reads it beside the service, or while there is none.
import type { OpenReader } from '../../src/database/engine.js';
import { engineOf } from '../../src/database/engines.js';
import { logKind } from '../../src/audit/log-kind.js';
import { verifyTables, type TableVerification } from '../../src/audit/verify.js';
import { jobStreams } from '../../src/simulation/stream-kind.js';

/** Opens it for the length of `work`. */
export async function reading<T>(path: string, work: (opened: OpenReader) => Promise<T>): Promise<T> {
  const opened = await engineOf(`sqlite:${path}`).openReader();
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** Holds its tables against its events. */
export const verifiedTables = (path: string): Promise<TableVerification> =>
  reading(path, (opened) => verifyTables([jobStreams, logKind], opened));
