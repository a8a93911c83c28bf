// What commands ask of jobs over HTTP.
import type { Client } from '../../client/client.js';
import { following } from '../../cli/following.js';
import { completeId } from '../../cli/stream-id.js';
import type { Target, TargetOptions } from '../../cli/target.js';
import type { Targets } from '../../cli/targets.js';
import type { JobSummaryView, JobView, WholeJobView } from '../queries/views.js';

export type JobStatus = JobView['status'];

/** How far a job is, as its stream says it. */
export type JobNews = Pick<JobView, 'job_id' | 'status' | 'version' | 'progress'>;

export const hasEnded = (status: JobStatus): boolean => !['pending', 'running'].includes(status);

export interface JobList {
  items: JobSummaryView[];
  /** Where the list goes on; null when this is all. */
  next: string | null;
}

/** The largest page of a list. */
const pageSize = 1_000;

/** All jobs, newest first. */
export async function* allJobs(client: Client): AsyncGenerator<JobSummaryView> {
  for (let after: string | null = ''; after !== null;) {
    const path: string = `/jobs?limit=${pageSize}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
    const page: JobList = await client.get(path);
    yield* page.items;
    after = page.next;
  }
}

/** The id of the job that is meant. @throws Refusal when none is, or several */
export const jobIn = (client: Client, given: string): Promise<string> =>
  completeId('job', given, async (prefix) => {
    const found: string[] = [];
    for await (const { job_id: id } of allJobs(client)) {
      if (id.startsWith(prefix)) found.push(id);
      if (found.length > 1) break;
    }
    return found;
  });

export const wholeJob = (client: Client, jobId: string): Promise<WholeJobView> =>
  client.get(`/simulate/status/${jobId}`);

/** One job, followed through whatever has its database: also from no service to one that is started, or started again. */
export class WatchedJob {
  constructor(
    readonly id: string,
    private readonly targets: Targets,
    private readonly options: TargetOptions,
  ) {}

  /** @throws Refusal when it is not there (any more) */
  whole(): Promise<WholeJobView> {
    return this.targets.on(this.options, ({ client }) => wholeJob(client, this.id));
  }

  /** At once and after each change, until the job has ended. @throws Refusal when it is not there (any more) */
  async *follow(signal: AbortSignal): AsyncGenerator<JobNews> {
    let told: number | undefined;
    const ask = (target: Target) => this.newsFrom(target, told, signal);
    for await (const news of following(this.targets, this.options, signal, ask)) {
      told = news.version;
      yield news;
      if (hasEnded(news.status)) return;
    }
  }

  private async *newsFrom(
    target: Target,
    told: number | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<JobNews> {
    const { client, isService } = target;
    if (isService) {
      const messages = (await client.events(`/jobs/${this.id}/stream`, told?.toString(), signal)) ?? [];
      for await (const { event, data } of messages) if (event === 'job') yield JSON.parse(data) as JobNews;
      return;
    }
    // Nobody works on it meanwhile, and the database must be free for a service that starts.
    const { job_id, status, version, progress } = await client
      .get<JobView>(`/jobs/${this.id}`)
      .finally(() => target.close());
    if (version !== told) yield { job_id, status, version, progress };
  }
}
