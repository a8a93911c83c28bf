// The insides of the service as it was built: what is measured is what `npm start` runs.
import { built } from './any-build.js';

export const { AppModule } = /** @type {typeof import('../src/app.module.js')} */ (
  await built('app.module.js')
);
export const { evolve } = /** @type {typeof import('../src/simulation/domain/evolve.js')} */ (
  await built('simulation/domain/evolve.js')
);
const { loadKinds } = /** @type {typeof import('../src/kind/kind.js')} */ (await built('kind/kind.js'));
const { kinds: listed } = /** @type {typeof import('../src/kinds.js')} */ (await built('kinds.js'));
export const kinds = await loadKinds(listed);
export const { jobStreams } = /** @type {typeof import('../src/simulation/stream-kind.js')} */ (
  await built('simulation/stream-kind.js')
);
export const { engineOf } = /** @type {typeof import('../src/database/engines.js')} */ (
  await built('database/engines.js')
);
export const { readerOfParameters, sqlOf } =
  /** @type {typeof import('../src/database/sqlite/row-write-sql.js')} */ (
    await built('database/sqlite/row-write-sql.js')
  );
export const { originIn } = /** @type {typeof import('../src/database/log-identity.js')} */ (
  await built('database/log-identity.js')
);
export const { cellsOf, columnsOf } = /** @type {typeof import('../src/database/table.js')} */ (
  await built('database/table.js')
);
export const { Log } = /** @type {typeof import('../src/event-store/log.js')} */ (
  await built('event-store/log.js')
);
export const { writeExport } = /** @type {typeof import('../src/audit/export.js')} */ (
  await built('audit/export.js')
);
export const { Notary } = /** @type {typeof import('../src/audit/notary.js')} */ (
  await built('audit/notary.js')
);
export const { RemoteNotary } = /** @type {typeof import('../src/audit/remote-notary.js')} */ (
  await built('audit/remote-notary.js')
);
export const { growTree } = /** @type {typeof import('../src/audit/log-tree.js')} */ (
  await built('audit/log-tree.js')
);
export const { logOf, wholeLog } = /** @type {typeof import('../src/audit/signed-log.js')} */ (
  await built('audit/signed-log.js')
);
export const { Verifier } = /** @type {typeof import('../src/audit/verifier.js')} */ (
  await built('audit/verifier.js')
);
export const { verifyTables } = /** @type {typeof import('../src/audit/verify.js')} */ (
  await built('audit/verify.js')
);
