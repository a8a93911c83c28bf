// A service whose clock the test moves; timers, ids and chance stay real.
import { pino } from 'pino';
import { readSettings } from '../../src/config.js';
import { systemRuntime, type Runtime } from '../../src/runtime/runtime.js';
import { startService, type Service } from '../../src/service.js';
import { client } from '../support/client.js';
import type { TestService } from '../support/service.js';
import type { Workplace } from '../support/workplace.js';

export interface ClockedService extends TestService {
  /** Moves the clock, back as well. */
  advance(ms: number): void;
  /** From now on each look at the clock moves it on by this much. */
  tick(ms: number): void;
}

let count = 0;

/** Like `startTestService`, from the given time on. It is stopped when the test file is done. */
export async function startClockedService(
  place: Workplace,
  start: string,
  settings: Record<string, string> = {},
): Promise<ClockedService> {
  count += 1;
  const name = `clocked-${count}`;
  place.write(`${name}/configs/default_config.json`, '{}');
  let nowMs = Date.parse(start);
  let tickMs = 0;
  const runtime = Object.create(systemRuntime, {
    nowMs: { value: () => (nowMs += tickMs) },
  }) as Runtime;
  const service = await startService(
    readSettings({
      PORT: '0',
      DATABASE_URL: `sqlite:${place.path(name, 'jobs.db')}`,
      CONFIG_DIR: place.path(name, 'configs'),
      RETRY_BASE_DELAY_MS: '0',
      ...settings,
    }),
    runtime,
    pino({ level: 'silent' }),
  );
  services.push(service);
  return {
    ...client(service.url),
    service,
    advance(ms) {
      nowMs += ms;
    },
    tick(ms) {
      tickMs = ms;
    },
  };
}

const services: Service[] = [];

afterAll(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});
