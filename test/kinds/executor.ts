// An executor of additions inside the test's process, which does as the test says.
import type { ExecutionContext, Executor } from '../../src/work/executors/executor.js';
import type { WorkKind } from '../../src/work/work-kind.js';

interface Addition {
  key: string;
  attempt: number;
  request: Readonly<Record<string, unknown>>;
  context: ExecutionContext;
}

export interface Abacus {
  /** Every addition that was begun, in order. */
  begun: Addition[];
  /** For `startTwoKinds`. */
  work: Partial<WorkKind>;
}

/** @param add what becomes of one: until it resolves, it runs; however it ends, it ends when it is aborted */
export function abacus(add: (addition: Addition) => unknown): Abacus {
  const begun: Addition[] = [];
  const executor: Executor = {
    execute(request, context) {
      const { key, attempt } = request as { key: string; attempt: number };
      const addition = { key, attempt, request, context };
      begun.push(addition);
      return new Promise((resolve, reject) => {
        context.signal.addEventListener('abort', () => {
          reject(context.signal.reason as Error);
        });
        Promise.resolve()
          .then(() => add(addition))
          .then(resolve, reject);
      });
    },
    close: () => Promise.resolve(),
  };
  return { begun, work: { openExecutor: () => Promise.resolve(executor) } };
}

/** Work that goes on until it is aborted. */
export const forEver = (): Promise<never> => new Promise(() => undefined);
