// Clients that send all kinds of commands at once and write down every one that was answered with success: what they
// were told must be in the log for ever.
import type { Client } from '../support/client.js';
import type { StoredEvent } from '../support/stored-log.js';

/** What a client was told has happened. */
interface Fact {
  streamId: string;
  type: string;
  /** Of the model-day, when it is about one. */
  date?: string;
  model?: string;
  attempt?: number;
}

const models = ['SLOW a', 'OK b', 'FLAKY c', 'FAIL d', 'outside e', 'outside f'];
const dates = ['2025-01-16', '2025-01-17'];
const clients = 8;

/** Undefined when there is none. */
const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(Math.random() * all.length)];

export class Acknowledged {
  readonly facts: Fact[] = [];
  private readonly jobIds: string[] = [];

  /** Sends commands until `enough` more were acknowledged, then ends the service while others are under way. */
  async collect(service: Client, enough: number, end: () => Promise<unknown>): Promise<void> {
    const target = this.facts.length + enough;
    let ending: Promise<unknown> | undefined;
    const send = async (): Promise<void> => {
      while (ending === undefined) {
        await this.command(service);
        if (this.facts.length >= target) ending ??= end();
      }
    };
    await Promise.all(
      Array.from({ length: clients }, () =>
        send().catch((error: unknown) => {
          // Whoever was waiting for an answer when the service died hears nothing.
          if (ending === undefined || !String(error).startsWith('TypeError')) throw error;
        }),
      ),
    );
    await ending;
  }

  /** Fails unless each fact has an event of its own. */
  expectAllIn(events: readonly StoredEvent[]): void {
    const stored = new Map<string, number>();
    for (const { stream_id: streamId, type, data } of events) {
      const { date, model, attempt } = JSON.parse(data) as Omit<Fact, 'streamId' | 'type'>;
      count(stored, [streamId, kindOf(type), date, model, attempt]);
    }
    const told = new Map<string, number>();
    for (const { streamId, type, date, model, attempt } of this.facts) {
      count(told, [streamId, type, date, model, attempt]);
    }
    const lost = [...told].filter(([fact, times]) => (stored.get(fact) ?? 0) < times);
    expect(lost).toEqual([]);
  }

  private async command(service: Client): Promise<void> {
    // Older ones have ended, most of them: a command on them would be refused.
    const jobId = pick(this.jobIds.slice(-6));
    const chance = Math.random();
    if (jobId === undefined || chance < 0.2) await this.trigger(service);
    else if (chance < 0.25) await this.change(service, jobId, 'cancel', 'JobClosed');
    else if (chance < 0.35) await this.change(service, jobId, 'retry', 'JobRetried');
    else await this.runOutside(service, jobId);
  }

  private async trigger(service: Client): Promise<void> {
    const chosen = models.filter(() => Math.random() < 0.7);
    const request = {
      date_range: dates,
      models: chosen.length === 0 ? models : chosen,
      rerun: true,
    };
    const { status, body } = await service.post('/simulate/trigger', request);
    if (status !== 202) return;
    this.jobIds.push(body.job_id);
    this.facts.push({ streamId: `job-${body.job_id}`, type: 'JobCreated' });
  }

  private async change(service: Client, jobId: string, verb: string, type: string): Promise<void> {
    const { status } = await service.post(`/jobs/${jobId}/${verb}`);
    if (status === 200) this.facts.push({ streamId: `job-${jobId}`, type });
  }

  /** Starts a model-day and reports on it, as a worker outside of the service. */
  private async runOutside(service: Client, jobId: string): Promise<void> {
    const date = pick(dates) ?? '';
    const model = pick(models) ?? '';
    const modelDay = { streamId: `job-${jobId}`, date, model };
    const path = service.modelDay(jobId, date, model);
    const { status, body } = await service.post(`${path}/start`, { worker: 'outside' });
    if (status !== 200) return;
    const { attempt } = body;
    this.facts.push({ ...modelDay, type: 'ModelDayStarted', attempt });
    const isCompleted = Math.random() < 0.7;
    const report = isCompleted
      ? await service.post(`${path}/complete`, { attempt, result: 'x'.repeat(Math.random() * 5_000) })
      : await service.post(`${path}/fail`, { attempt, error: 'no luck' });
    if (report.status !== 200) return;
    this.facts.push({ ...modelDay, type: isCompleted ? 'ModelDayCompleted' : 'ModelDayFailed', attempt });
  }
}

/** Whether a failure was the last one is for the service to say. */
const kindOf = (type: string): string => (type === 'ModelDayAttemptFailed' ? 'ModelDayFailed' : type);

function count(counts: Map<string, number>, parts: readonly (string | number | undefined)[]): void {
  const key = parts.filter((part) => part !== undefined).join(' ');
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
