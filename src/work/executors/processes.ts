// What Linux tells of the processes of this machine, in /proc; nothing elsewhere.
import { readdir, readFile } from 'node:fs/promises';

/** None where there is no /proc to ask. */
export async function processIds(): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Undefined when there is no such process, or it is dead and only not collected yet (a zombie). */
export async function groupOfRunning(processId: number): Promise<number | undefined> {
  const line = await readFile(`/proc/${processId}/stat`, 'utf8').catch(() => '');
  // The name, in parentheses, may hold anything; after it come the state, the parent and the group.
  const [state, , group] = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return group === undefined || state === 'Z' || state === 'X' ? undefined : Number(group);
}

/** With which it was started, as `NAME=value`; empty when we may not know. */
export async function environmentOf(processId: number): Promise<string[]> {
  const text = await readFile(`/proc/${processId}/environ`, 'utf8').catch(() => '');
  return text.split('\0');
}
