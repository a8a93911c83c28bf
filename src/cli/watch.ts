// Follows a job to its end: drawn live on a terminal, a line now and then anywhere else, JSON for scripts.
import type { WriteStream } from 'node:tty';
import { interruption } from '../runtime/interruption.js';
import { pause, systemRuntime } from '../runtime/runtime.js';
import type { WholeJobView } from '../simulation/queries/views.js';
import { print } from './cli-environment.js';
import { hasEnded, type JobNews, type JobReads } from './job-reads.js';
import { failureLines, jobLines, progressLine } from './job-text.js';
import { LiveLines } from './terminal.js';

/** At least between two drawings, and at most (the elapsed time goes on), in milliseconds. */
const drawMinMs = 100;
const drawMaxMs = 1_000;

/** Returns the exit status: 0 the job has completed, 1 it has failed or is partial, 130 nobody wants to wait. */
export async function watch(reads: JobReads, jobId: string, asJson: boolean): Promise<number> {
  const { signal, done } = interruption();
  try {
    if (asJson) await tell(reads.follow(jobId, signal), (news) => JSON.stringify(news));
    else if (process.stdout.isTTY) await draw(reads, jobId, signal, process.stdout);
    else await tell(onlySteps(reads.follow(jobId, signal)), progressLine);
    if (signal.aborted) return interrupted(jobId, asJson);
    const job = await reads.whole(jobId);
    if (!asJson) for (const line of failureLines(job)) print(line);
    return job.status === 'completed' ? 0 : 1;
  } finally {
    done();
  }
}

function interrupted(jobId: string, asJson: boolean): number {
  if (!asJson)
    process.stderr.write(
      `The job goes on. \`daybook status ${jobId} --watch\` follows it again, \`daybook cancel ${jobId}\` ends it.\n`,
    );
  return 130;
}

async function tell(news: AsyncIterable<JobNews>, textOf: (one: JobNews) => string): Promise<void> {
  for await (const one of news) print(textOf(one));
}

/** Each change of status, and each tenth of the way. */
async function* onlySteps(news: AsyncIterable<JobNews>): AsyncGenerator<JobNews> {
  let last = '';
  for await (const one of news) {
    const { completed, failed, total_model_days: total } = one.progress;
    const step = `${one.status} ${Math.floor((10 * (completed + failed)) / total)}`;
    if (step !== last) yield one;
    last = step;
  }
}

/** Ends when the job has ended, or `signal` aborts. The terminal is given back in either case. */
export async function draw(
  reads: JobReads,
  jobId: string,
  signal: AbortSignal,
  terminal: WriteStream,
): Promise<void> {
  // First, so that what is refused is told on a terminal that was not touched.
  let job = await reads.whole(jobId);
  const lines = new LiveLines(terminal);
  const changes = new Changes(reads.follow(jobId, signal));
  try {
    for (;;) {
      lines.draw(jobLines(job, lines.room));
      if (hasEnded(job.status) || signal.aborted) return;
      const isNew = await changes.within(drawMaxMs, signal);
      if (!isNew) continue;
      const startMs = systemRuntime.nowMs();
      job = await wholeOf(reads, jobId, job, changes.latest);
      // A large grid takes a while to fetch: most of the time belongs to those who work on it.
      await pause(systemRuntime, Math.max(drawMinMs, 2 * (systemRuntime.nowMs() - startMs)), signal);
    }
  } finally {
    lines.close();
  }
}

/** The job now; while the service is away (`news` will tell when that lasts), as it was. */
async function wholeOf(
  reads: JobReads,
  jobId: string,
  last: WholeJobView,
  news: JobNews | undefined,
): Promise<WholeJobView> {
  try {
    return await reads.whole(jobId);
  } catch (error) {
    if (news !== undefined && hasEnded(news.status)) throw error;
    return last;
  }
}

/** Takes news as they come, so that the newest is there when it is asked for. */
class Changes {
  latest: JobNews | undefined;
  private isNew = false;
  private isOver = false;
  private error: unknown;
  private wake: () => void = () => undefined;

  constructor(news: AsyncIterable<JobNews>) {
    this.take(news)
      .catch((error: unknown) => {
        this.error = error;
      })
      .finally(() => {
        this.isOver = true;
        this.wake();
      });
  }

  /** Whether there are news, now or within `ms`; at the end always. @throws what following them threw */
  async within(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.isNew && !this.isOver) await this.wait(ms, signal);
    if (this.error !== undefined) throw this.error as Error;
    const isNew = this.isNew || this.isOver;
    this.isNew = false;
    return isNew;
  }

  private async wait(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.wake = () => {
      woken.abort();
    };
    await pause(systemRuntime, ms, AbortSignal.any([signal, woken.signal]));
  }

  private async take(news: AsyncIterable<JobNews>): Promise<void> {
    for await (const one of news) {
      this.latest = one;
      this.isNew = true;
      this.wake();
    }
  }
}
