// Whether the service can do its work: it is not ready before it has recovered, while its tables are behind the log,
// while it stops, and while it cannot write.
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { Database } from '../database/database.js';
import { Runtime } from '../runtime/runtime.js';
import { Problem } from './problem.js';
import { SERVICE_LOG } from '../runtime/service-log.js';

/** How long a write proves that there can be another, in milliseconds. */
const writeProvesMs = 5_000;

/** How long an answer waits for a probe that has to wait itself, in milliseconds. */
const probeWaitMs = 1_000;

const waits = `a write has been waiting for ${probeWaitMs / 1_000} second(s)`;

@Injectable()
export class Health {
  private phase: 'starting' | 'serving' | 'stopping' = 'starting';
  private behind: (() => string) | undefined;
  private wasReady = true;
  private probing: Promise<string | undefined> | undefined;

  constructor(
    private readonly database: Database,
    private readonly runtime: Runtime,
    @Inject(SERVICE_LOG) private readonly log: Logger,
  ) {}

  serving(): void {
    this.phase = 'serving';
  }

  stopping(): void {
    this.phase = 'stopping';
  }

  get isStarting(): boolean {
    return this.phase === 'starting';
  }

  /**
   * What clients read is older than the log until `caughtUp()`.
   * @param progress tells how far it is, without a full stop, like `The tables are rebuilt: 300 of 9000 events`
   */
  catchingUp(progress: () => string): void {
    this.behind = progress;
  }

  caughtUp(): void {
    this.behind = undefined;
  }

  /** A sentence, or undefined when all is well. Unless something was written lately, it tries whether that works. */
  async whatIsWrong(): Promise<string | undefined> {
    const wrong = await this.look();
    const isReady = wrong === undefined;
    // Asked every few seconds: one line for each change tells as much.
    if (isReady !== this.wasReady) {
      if (isReady) this.log.info('ready again');
      else this.log.warn({ reason: wrong }, 'not ready');
    }
    this.wasReady = isReady;
    return wrong;
  }

  private async look(): Promise<string | undefined> {
    if (this.behind !== undefined) return `${this.behind()}.`;
    if (this.phase !== 'serving') return `The service is ${this.phase}.`;
    const { lastTrouble, lastWrittenAtMs } = this.database.queue;
    const isProven = this.runtime.nowMs() - lastWrittenAtMs < writeProvesMs;
    if (lastTrouble === undefined && isProven) return undefined;
    const wrong = await this.probe();
    return wrong === undefined ? undefined : `The service cannot write: ${wrong}.`;
  }

  /** Whoever asks meanwhile shares the probe, so that a locked database does not gather them. */
  private probe(): Promise<string | undefined> {
    this.probing ??= this.database
      .probe()
      .then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      .finally(() => {
        this.probing = undefined;
      });
    const { probing, runtime } = this;
    return new Promise((resolve, reject) => {
      const cancel = runtime.after(probeWaitMs, () => {
        resolve(waits);
      });
      probing.then(resolve).finally(cancel).catch(reject);
    });
  }
}

/** Before it has recovered, only the probes are answered: it may be building its tables anew. */
export function refuseWhileStarting(fastify: FastifyInstance, health: Health): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const isRefused = health.isStarting && !/^\/(health|metrics)\b/.test(request.url);
    done(
      isRefused
        ? new Problem(503, 'starting', 'The service is starting.', {}, { 'retry-after': '1' })
        : undefined,
    );
  });
}
