// How a service ends, in Nest's own phases (`app.close()`): first it takes no more work, then it ends what is open for
// long and lets answers go out. What lies under the application is closed after it, by whoever opened it.
import type { Server } from 'node:http';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Refusals } from './audit/refusals.js';
import { Health } from './http/health.js';
import { OpenStreams } from './http/open-streams.js';
import { KeptAnswers } from './idempotency/kept-answers.js';
import { PARTS, type Parts } from './parts.js';
import type { Cancel } from './runtime/runtime.js';
import { AtWork } from './work/at-work.js';
import { Retention } from './work/expiry/retention.js';

/** How long answers that are under way have to go out once nothing else runs, in milliseconds. */
const lastAnswersMs = 2_000;

/** One provider for all: Nest promises no order between the providers of a phase. */
@Injectable()
export class Shutdown implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
  private cancel: Cancel | undefined;

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    private readonly health: Health,
    private readonly work: AtWork,
    private readonly retention: Retention,
    private readonly answers: KeptAnswers,
    private readonly streams: OpenStreams,
    private readonly refusals: Refusals,
    private readonly host: HttpAdapterHost,
  ) {}

  async onModuleDestroy(): Promise<void> {
    this.health.stopping();
    await Promise.all([this.work.stop(), this.retention.stop(), this.answers.stop()]);
  }

  beforeApplicationShutdown(): void {
    this.parts.ownership.forgetAddress();
    this.streams.endAll();
    this.cancel = this.parts.runtime.after(lastAnswersMs, () => {
      (this.host.httpAdapter.getHttpServer() as Server).closeAllConnections();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.cancel?.();
    // What was refused last is not worth failing a stop for.
    await this.refusals.flush().catch(() => undefined);
  }
}
