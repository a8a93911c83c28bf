// Whether the service can do its work: it is not ready before it has recovered, while it stops, and while it cannot
// write.
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Database } from '../database/database.js';
import { Problem } from './problem.js';

@Injectable()
export class Health {
  private phase: 'starting' | 'serving' | 'stopping' = 'starting';

  constructor(private readonly database: Database) {}

  serving(): void {
    this.phase = 'serving';
  }

  stopping(): void {
    this.phase = 'stopping';
  }

  get isStarting(): boolean {
    return this.phase === 'starting';
  }

  /** A sentence, or undefined when all is well. After a failed commit it tries whether writing works again. */
  async whatIsWrong(): Promise<string | undefined> {
    if (this.phase !== 'serving') return `The service is ${this.phase}.`;
    if (this.database.queue.lastTrouble === undefined) return undefined;
    try {
      await this.database.probe();
      return undefined;
    } catch (error) {
      return `The service cannot write: ${error instanceof Error ? error.message : String(error)}.`;
    }
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
