// A service of jobs and counters, with its real threads (which are built: `npm run build`).
import type { Kind } from '../../src/kind/kind.js';
import { kinds } from '../../src/kinds.js';
import type { WorkKind } from '../../src/work/work-kind.js';
import { startTestService, type TestService } from '../support/service.js';
import { until } from '../support/until.js';
import type { Workplace } from '../support/workplace.js';
import { counterKind } from './counter-kind.js';
import { CountersModule } from './counters.module.js';

export interface TwoKinds extends TestService {
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
  return {
    ...started,
    rebuilt: (id) =>
      until('the rebuild has ended', async () => {
        const { body } = await started.get(`/admin/projections/rebuild/${id}`);
        return body.status === 'running' ? undefined : body;
      }),
  };
}
