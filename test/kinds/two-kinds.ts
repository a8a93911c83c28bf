// A service of jobs and counters, with its real threads (which are built: `npm run build`).
import BetterSqlite3 from 'better-sqlite3';
import type { Kind } from '../../src/kind/kind.js';
import { kinds } from '../../src/kinds.js';
import type { WorkKind } from '../../src/work/work-kind.js';
import { startTestService, type TestService } from '../support/service.js';
import { until } from '../support/until.js';
import type { Workplace } from '../support/workplace.js';
import { counterKind } from './counter-kind.js';
import { CountersModule } from './counters.module.js';

export interface TwoKinds extends TestService {
  databaseUrl: string;
  /** Committed rows, as another program reads them. */
  rows<Row>(sql: string): Row[];
  /** What somebody does with the sqlite3 program, beside the service or while there is none. */
  edit(...statements: string[]): void;
  /** Resolves when a rebuild has ended. */
  rebuilt(id: string): Promise<unknown>;
}

export async function startTwoKinds(
  place: Workplace,
  settings: Record<string, string> = {},
  /** What is other than usual of the work on counters. */
  additions: Partial<WorkKind> = {},
): Promise<TwoKinds> {
  const servedCounters: Kind = {
    ...counterKind,
    work: async () => ({ ...(await counterKind.work()), ...additions }),
    module: () => Promise.resolve({ module: CountersModule }),
  };
  const started = await startTestService(
    place,
    { MAX_ACTIVE_JOBS: '10', ...settings },
    {
      kinds: {
        list: [...kinds.list, servedCounters],
        url: new URL('./kinds.js', import.meta.url).href,
      },
      programs: new URL('../../dist/', import.meta.url).href,
    },
  );
  const { databasePath: path } = started;
  const withDatabase = <T>(work: (connection: BetterSqlite3.Database) => T): T => {
    const connection = new BetterSqlite3(path, { timeout: 5_000 });
    try {
      return work(connection);
    } finally {
      connection.close();
    }
  };
  return {
    ...started,
    databaseUrl: `sqlite:${path}`,
    rows: <Row>(sql: string) => withDatabase((connection) => connection.prepare(sql).all() as Row[]),
    edit: (...statements) => {
      withDatabase((connection) => {
        for (const statement of statements) connection.exec(statement);
      });
    },
    rebuilt: (id) =>
      until('the rebuild has ended', async () => {
        const { body } = await started.get(`/admin/projections/rebuild/${id}`);
        return body.status === 'running' ? undefined : body;
      }),
  };
}
