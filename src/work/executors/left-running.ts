// What a service that was killed has left running: the next start finds its programs by their environment, which they
// hand on to all that they start, and ends them.
import type { Runtime } from '../../runtime/runtime.js';
import { ProcessGroup } from './process-group.js';
import { environmentOf, groupOfRunning, processIds } from './processes.js';

/** In the environment of each program: names the database whose service started it. */
export const ownerVariable = 'DAYBOOK_OWNER';

/**
 * For the service that owns the database now. Resolves when they are gone; tells the groups of processes that it ended.
 * Where there is no /proc, none is found.
 */
export async function endLeftRunning(
  owner: string,
  options: { runtime: Runtime; killGraceMs: number },
): Promise<number[]> {
  const found = new Set<number | undefined>();
  for (const processId of await processIds()) {
    const environment = await environmentOf(processId);
    if (environment.includes(`${ownerVariable}=${owner}`)) found.add(await groupOfRunning(processId));
  }
  // A program may have started this very service.
  found.delete(await groupOfRunning(process.pid));
  const groups = [...found].filter((groupId) => groupId !== undefined);
  await Promise.all(groups.map((groupId) => new ProcessGroup(groupId, options).end()));
  return groups;
}
