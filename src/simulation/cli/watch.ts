// Follows a job to its end: drawn live on a terminal, a line now and then anywhere else, JSON for scripts.
import type { Shell } from '../../cli/shell.js';
import { LiveLines } from '../../cli/terminal.js';
import { pause, systemRuntime } from '../../runtime/runtime.js';
import type { WholeJobView } from '../queries/views.js';
import { hasEnded, type JobNews, type WatchedJob } from './job-requests.js';
import { failureLines, jobLines, progressLine } from './job-text.js';

/** At least between two drawings, and at most (the elapsed time goes on), in milliseconds. */
const drawMinMs = 100;
const drawMaxMs = 1_000;

/** Returns the exit status: 0 the job has completed, 1 it has failed or is partial, 130 nobody wants to wait. */
export async function watch(job: WatchedJob, asJson: boolean, shell: Shell): Promise<number> {
  const { signal, done } = shell.interruption();
  try {
    if (asJson) for await (const news of job.follow(signal)) shell.print(JSON.stringify(news));
    else if (shell.out.isTTY === true) await draw(job, signal, shell);
    else for await (const news of onlySteps(job.follow(signal))) shell.print(progressLine(news));
    if (signal.aborted) {
      if (!asJson)
        shell.tell(
          `The job goes on. \`daybook status ${job.id} --watch\` follows it again, \`daybook cancel ${job.id}\` ends it.`,
        );
      return 130;
    }
    const ended = await job.whole();
    if (!asJson) for (const line of failureLines(ended)) shell.print(line);
    return ended.status === 'completed' ? 0 : 1;
  } finally {
    done();
  }
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
async function draw(watched: WatchedJob, signal: AbortSignal, { out, paint }: Shell): Promise<void> {
  // First, so that what is refused is told on a terminal that was not touched.
  let job = await watched.whole();
  const lines = new LiveLines(out);
  const changes = new Changes(watched.follow(signal));
  try {
    for (;;) {
      lines.draw(jobLines(job, lines.room, paint));
      if (hasEnded(job.status) || signal.aborted) return;
      const isNew = await changes.within(drawMaxMs, signal);
      if (!isNew) continue;
      const startMs = systemRuntime.nowMs();
      job = await wholeOf(watched, job, changes.latest);
      // A large grid takes a while to fetch: most of the time belongs to those who work on it.
      await pause(systemRuntime, Math.max(drawMinMs, 2 * (systemRuntime.nowMs() - startMs)), signal);
    }
  } finally {
    lines.close();
  }
}

/** The job now; while the service is away (`news` will tell when that lasts), as it was. */
async function wholeOf(
  watched: WatchedJob,
  last: WholeJobView,
  news: JobNews | undefined,
): Promise<WholeJobView> {
  try {
    return await watched.whole();
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
