// What answers at an address: a service, one that is starting, something that is no Daybook, or nothing.
import { pause, systemRuntime } from '../runtime/runtime.js';
import { problemCode } from './target.js';
import type { ServiceTarget } from './service-target.js';

export type Presence =
  /** `origin`: the name of its log, unless it cannot tell now. */
  | { is: 'service'; origin: string | undefined }
  | { is: 'starting' }
  | { is: 'stranger' }
  /** A gateway wants other credentials. */
  | { is: 'closed' }
  /** A gateway sends to another address. */
  | { is: 'moved'; to: string }
  /** Also a gateway with nothing behind it. */
  | { is: 'absent' };

const glimpseMs = 10_000;

/** A verifier key begins with the name of the log (https://c2sp.org/signed-note). */
const verifierKey = /^(\S+)\+[\da-f]{8}\+\S+$/;

/** @throws NoAnswer */
export async function presenceAt(service: ServiceTarget): Promise<Presence> {
  const answer = await service.send('GET', '/audit/key', undefined, glimpseMs);
  const { status, body } = answer;
  if (status >= 300 && status < 400) return { is: 'moved', to: answer.location ?? 'nowhere' };
  if (status === 401 || status === 403) return { is: 'closed' };
  const code = problemCode(answer);
  if (code === 'starting') return { is: 'starting' };
  if (code !== undefined) return { is: 'service', origin: undefined };
  const origin = typeof body === 'string' ? verifierKey.exec(body.trim())?.[1] : undefined;
  if (origin !== undefined) return { is: 'service', origin };
  return { is: [502, 503, 504].includes(status) ? 'absent' : 'stranger' };
}

/** How long a service that starts is waited for (it may be building its tables anew), and how often it is looked. */
const startMs = 60_000;
const lookMs = 200;

/** The patience with a service that starts; whoever waits with it is told so. */
export class StartWait {
  private endMs: number | undefined;

  /** @throws Error when it has taken too long */
  async pause(name: string): Promise<void> {
    if (this.endMs === undefined) {
      this.endMs = systemRuntime.nowMs() + startMs;
      process.stderr.write(`The service at ${name} is starting: waiting for it.\n`);
    }
    if (systemRuntime.nowMs() >= this.endMs)
      throw new Error(
        `The service at ${name} is still starting. Try again when ${name}/health/ready answers 200.`,
      );
    await pause(systemRuntime, lookMs);
  }
}

/**
 * The service at this address, as soon as it has started.
 * @throws NoAnswer
 * @throws Error when what answers there is no Daybook
 */
export async function startedService(service: ServiceTarget): Promise<ServiceTarget> {
  for (const wait = new StartWait(); ;) {
    const presence = await presenceAt(service);
    switch (presence.is) {
      case 'stranger':
        throw new Error(`What answers at ${service.name} is no Daybook service.`);
      case 'closed':
        throw new Error(
          `${service.name} asks for another name and password: --url https://name:password@host`,
        );
      case 'moved':
        throw new Error(
          `${service.name} sends elsewhere, to ${presence.to}: give the address of the service itself.`,
        );
      case 'service':
      case 'absent':
        // Whatever is asked next says that nothing is there, and why.
        return service;
      case 'starting':
    }
    await wait.pause(service.name);
  }
}
