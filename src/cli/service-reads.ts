// Jobs as a service tells of them.
import { pause, systemRuntime } from '../runtime/runtime.js';
import type { JobStatus } from '../simulation/domain/status.js';
import type { JobView, WholeJobView } from '../simulation/queries/views.js';
import { jobIdsBeginning } from './job-id.js';
import { hasEnded, type JobList, type JobNews, type JobReads } from './job-reads.js';
import type { ServiceTarget } from './service-target.js';
import { ask, NoAnswer } from './target.js';

/** For how long a service that does not answer (any more) is asked again, and how often, in milliseconds. */
const silenceMs = 60_000;
const againMs = 500;

export class ServiceReads implements JobReads {
  constructor(private readonly service: ServiceTarget) {}

  async list(limit: number, status: JobStatus | undefined): Promise<JobList> {
    const query = new URLSearchParams({ limit: String(limit), ...(status && { status }) });
    const { body } = await ask(this.service, 'GET', `/jobs?${query.toString()}`);
    return body as JobList;
  }

  async newest(): Promise<string> {
    const { body } = await ask(this.service, 'GET', '/simulate/current');
    return (body as JobView).job_id;
  }

  beginningWith(prefix: string): Promise<string[]> {
    return jobIdsBeginning(this.service, prefix);
  }

  async whole(jobId: string): Promise<WholeJobView> {
    const { body } = await ask(this.service, 'GET', `/simulate/status/${jobId}`);
    return body as WholeJobView;
  }

  async *follow(jobId: string, signal: AbortSignal): AsyncGenerator<JobNews> {
    let lastId: string | undefined;
    for (let silentSinceMs: number | undefined; !signal.aborted;) {
      try {
        // A stream that is refused does not say why; this does.
        await ask(this.service, 'GET', `/jobs/${jobId}`);
        const messages = await this.service.events(`/jobs/${jobId}/stream`, lastId, signal);
        if (messages === undefined) return;
        silentSinceMs = undefined;
        for await (const { event, id, data } of messages) {
          if (event !== 'job') continue;
          const news = JSON.parse(data) as JobNews;
          lastId = id;
          yield news;
          if (hasEnded(news.status)) return;
        }
      } catch (error) {
        silentSinceMs ??= systemRuntime.nowMs();
        const isOver = systemRuntime.nowMs() - silentSinceMs > silenceMs;
        if (!(error instanceof NoAnswer) || isOver) throw error;
      }
      await pause(systemRuntime, againMs, signal);
    }
  }

  close(): void {
    // Each answer was a connection of its own.
  }
}
