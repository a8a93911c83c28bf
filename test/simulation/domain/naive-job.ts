// A job as the rules describe it in words: it remembers how each attempt ended, searches, and counts. What it
// answers to a command is compared with what `decide` does.
import type { CommandOf, JobCommand } from '../../../src/simulation/domain/commands.js';
import type { JobEvent } from '../../../src/simulation/domain/events.js';
import type { Place } from './story.js';

/** The one event that follows, nothing, or the code of the refusal. */
export type Answer = JobEvent['type'] | 'nothing' | `refused: ${string}`;

interface NaiveModelDay extends Place {
  status: 'pending' | 'running' | 'completed' | 'failed';
  /** How each attempt ended, in words; undefined while it runs. */
  ends: (string | undefined)[];
  /** How many attempts of the present budget are used up. */
  used: number;
  notBefore: string;
}

type Report = CommandOf<'CompleteModelDay' | 'FailModelDay' | 'ReleaseModelDay'>;

export class NaiveJob {
  private modelDays: NaiveModelDay[] = [];
  private isRemoved = false;

  answer(command: JobCommand): Answer {
    if (command.type === 'CreateJob') return this.create(command);
    if (this.modelDays.length === 0 || this.isRemoved) return 'refused: job_not_found';
    switch (command.type) {
      case 'CancelJob':
        return this.hasEnded() ? 'refused: job_finished' : this.close();
      case 'CloseJob':
        return this.hasEnded() ? 'nothing' : this.close();
      case 'RetryJob':
        return this.retry(command);
      case 'RemoveJob':
        if (!this.hasEnded()) return 'refused: job_not_finished';
        this.isRemoved = true;
        return 'JobRemoved';
      case 'StartModelDay':
        return this.start(command);
      default:
        return this.report(command);
    }
  }

  private create({ dates, models }: CommandOf<'CreateJob'>): Answer {
    if (this.modelDays.length > 0) return 'nothing';
    this.modelDays = dates.flatMap((date) =>
      models.map((model) => ({ date, model, status: 'pending', ends: [], used: 0, notBefore: '' })),
    );
    return 'JobCreated';
  }

  private close(): Answer {
    for (const modelDay of this.open()) {
      if (modelDay.status === 'running') modelDay.ends.splice(-1, 1, 'closed');
      modelDay.status = 'failed';
      modelDay.notBefore = '';
    }
    return 'JobClosed';
  }

  private retry({ blockedBy }: CommandOf<'RetryJob'>): Answer {
    if (!this.hasEnded()) return 'refused: job_not_finished';
    const failed = this.modelDays.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return 'refused: nothing_to_retry';
    if (blockedBy !== null) return 'refused: job_active';
    for (const modelDay of failed) Object.assign(modelDay, { status: 'pending', used: 0 });
    return 'JobRetried';
  }

  private start({ date, model, now }: CommandOf<'StartModelDay'>): Answer {
    const modelDay = this.find({ date, model });
    if (modelDay === undefined) return 'refused: model_day_not_found';
    if (modelDay.status !== 'pending') return 'refused: model_day_not_pending';
    if (this.open().some((other) => other.date < date)) return 'refused: out_of_order';
    if (now < modelDay.notBefore) return 'refused: too_early';
    modelDay.status = 'running';
    modelDay.ends.push(undefined);
    modelDay.notBefore = '';
    return 'ModelDayStarted';
  }

  private report(command: Report): Answer {
    const modelDay = this.find(command);
    if (modelDay === undefined) return 'refused: model_day_not_found';
    const end = endOf(command);
    const isLatest = command.attempt === modelDay.ends.length;
    if (isLatest && modelDay.ends.at(-1) === end) return 'nothing';
    if (!isLatest || modelDay.status !== 'running') return 'refused: stale_attempt';
    modelDay.ends.splice(-1, 1, end);
    return this.take(command, modelDay);
  }

  private take(command: Report, modelDay: NaiveModelDay): Answer {
    if (command.type === 'CompleteModelDay') {
      modelDay.status = 'completed';
      return 'ModelDayCompleted';
    }
    modelDay.status = 'pending';
    if (command.type === 'ReleaseModelDay') return 'ModelDayReleased';
    modelDay.used += 1;
    const attemptsLeft = command.retryable ? command.retryTimes.length + 1 - modelDay.used : 0;
    if (attemptsLeft > 0) {
      modelDay.notBefore = command.retryTimes[modelDay.used - 1]!;
      return 'ModelDayAttemptFailed';
    }
    modelDay.status = 'failed';
    return 'ModelDayFailed';
  }

  private find({ date, model }: Place): NaiveModelDay | undefined {
    return this.modelDays.find((modelDay) => modelDay.date === date && modelDay.model === model);
  }

  private open(): NaiveModelDay[] {
    return this.modelDays.filter(({ status }) => status === 'pending' || status === 'running');
  }

  private hasEnded(): boolean {
    return this.open().length === 0;
  }
}

/** The same end for the same report: another result or another error text makes no difference. */
function endOf(command: Report): string {
  if (command.type === 'CompleteModelDay') return 'completed';
  return command.type === 'FailModelDay' ? `failed: ${command.failureCode}` : 'released';
}
