// The example over all trading days of its data, with four models, in a service that is a process of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tradingDays } from '../examples/trading-session/prices.js';
import { runJob } from './run-job.js';
import { scratchFolder } from './scratch.js';
import { memoryMb, startProcess } from './service-process.js';
import { databaseIn } from './service.js';

const models = ['buy-and-hold', 'moving-average-crossover', 'momentum', 'volatility-target'];
const memoryTargetMb = 400;

/** @returns {Promise<import('./report.js').Section>} */
export async function measure() {
  const service = await start(scratchFolder());
  try {
    const dates = tradingDays();
    const { seconds, modelDays } = await runJob(service.url, { date_range: dates, models });
    const peakMb = memoryMb(service.pid, 'VmHWM');
    return {
      title: 'The example over all its trading days',
      how: [
        `One job of ${dates.length} dates and ${models.length} models, run by the built-in worker inside of the service, with the settings`,
        'that are standard. A date starts when all models of the one before are done, so each date waits for commits.',
      ],
      figures: [
        ['model-days', modelDays.toLocaleString('en')],
        ['seconds, from the request to the end', seconds.toFixed(1)],
        ['model-days a second', (modelDays / seconds).toFixed()],
      ],
      targets: [
        {
          figure: 'peak memory of the process (resident set), MB',
          measured: peakMb?.toFixed() ?? 'cannot be read on this system',
          target: `< ${memoryTargetMb}`,
          isMet: peakMb !== undefined && peakMb < memoryTargetMb,
        },
      ],
    };
  } finally {
    await service.stop();
  }
}

/** @param {string} folder */
function start(folder) {
  const configs = join(folder, 'configs');
  mkdirSync(configs);
  const config = { book_dir: join(folder, 'book') };
  writeFileSync(join(configs, 'default_config.json'), JSON.stringify(config));
  return startProcess({
    DATABASE_URL: `sqlite:${databaseIn(folder)}`,
    CONFIG_DIR: configs,
    EXECUTOR: 'module:examples/trading-session/session.js',
  });
}
