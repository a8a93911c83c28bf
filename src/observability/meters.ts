// What is counted as it happens. All of it is on the path of every command, so a set of labels is looked up once.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WriteObserver } from '../database/write-queue.js';
import type { RequestObserver } from '../http/request-watch.js';
import type { CommandObserver } from './observed-commands.js';
import type { ExecutionObserver } from '../work/execution.js';

const shortSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const longSeconds = [0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const powersOfTwo = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Remembers what was made for a key. */
function once<Made>(make: (key: string) => Made): (key: string) => Made {
  const made = new Map<string, Made>();
  return (key) => {
    let one = made.get(key);
    if (one === undefined) {
      one = make(key);
      made.set(key, one);
    }
    return one;
  };
}

export function commandMeter(registry: Registry): CommandObserver {
  const registers = [registry];
  const total = new Counter({
    name: 'daybook_commands_total',
    help: 'Commands by kind and by what has become of them',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'daybook_command_duration_seconds',
    help: 'From giving a command to its answer, which comes after the commit',
    labelNames: ['kind'],
    buckets: shortSeconds,
    registers,
  });
  const meters = once((kind) => ({
    outcomes: once((outcome) => total.labels({ kind, outcome })),
    timer: duration.labels({ kind }),
  }));
  return (kind, outcome, seconds) => {
    const { outcomes, timer } = meters(kind);
    outcomes(outcome).inc();
    timer.observe(seconds);
  };
}

export function writeMeter(registry: Registry): WriteObserver {
  const registers = [registry];
  const commandsOf = new Histogram({
    name: 'daybook_transaction_commands',
    help: 'Commands that shared a write transaction',
    buckets: powersOfTwo,
    registers,
  });
  const duration = new Histogram({
    name: 'daybook_transaction_duration_seconds',
    help: 'Write transactions, from asking for the lock to being durable',
    buckets: shortSeconds,
    registers,
  });
  const commit = new Histogram({
    name: 'daybook_commit_duration_seconds',
    help: 'COMMIT alone: what the disk takes',
    buckets: shortSeconds,
    registers,
  });
  const unavailable = new Counter({
    name: 'daybook_unwritten_commands_total',
    help: 'Commands that the database could not take, by reason',
    labelNames: ['reason'],
    registers,
  });
  return {
    committed(commands, seconds, commitSeconds) {
      commandsOf.observe(commands);
      duration.observe(seconds);
      commit.observe(commitSeconds);
    },
    unavailable(commands, reason) {
      unavailable.inc({ reason }, commands);
    },
  };
}

export function executionMeter(registry: Registry): ExecutionObserver {
  const registers = [registry];
  const running = new Gauge({
    name: 'daybook_executions_running',
    help: 'Pieces of work that the built-in worker is running',
    registers,
  });
  const duration = new Histogram({
    name: 'daybook_execution_duration_seconds',
    help: 'Time in the executor, by outcome',
    labelNames: ['outcome'],
    buckets: longSeconds,
    registers,
  });
  return {
    started() {
      running.inc();
    },
    ended(outcome, seconds) {
      running.dec();
      duration.observe({ outcome }, seconds);
    },
  };
}

/** Told the code of each refusal that is kept. */
export function refusalMeter(registry: Registry): (code: string) => void {
  const total = new Counter({
    name: 'daybook_refusals_total',
    help: 'Requests that a rule did not allow, by the code of their problem',
    labelNames: ['code'],
    registers: [registry],
  });
  return (code) => {
    total.inc({ code });
  };
}

/** Told the events of each commit: an attempt that failed says so with a code, whichever kind of work it was of. */
export function attemptMeter(registry: Registry): (events: readonly { data: object }[]) => void {
  const total = new Counter({
    name: 'daybook_failed_attempts_total',
    help: 'Attempts that failed, by failure code',
    labelNames: ['failure_code'],
    registers: [registry],
  });
  return (events) => {
    for (const { data } of events) {
      const { attempt, failure_code: code } = data as { attempt?: number; failure_code?: string };
      if (attempt !== undefined && code !== undefined) total.inc({ failure_code: code });
    }
  };
}

export function requestMeter(registry: Registry): RequestObserver {
  const duration = new Histogram({
    name: 'daybook_http_request_duration_seconds',
    help: 'HTTP requests by method, route and status, from their headers to the end of the answer',
    labelNames: ['method', 'route', 'status'],
    buckets: shortSeconds,
    registers: [registry],
  });
  const meters = once((route) =>
    once((method) => once((status) => duration.labels({ method, route, status }))),
  );
  return ({ method, route, status, seconds }) => {
    meters(route)(method)(String(status)).observe(seconds);
  };
}
