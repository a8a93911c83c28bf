// Draws a job on a terminal: a bar, and a line of its days for each model. Without a terminal, the bar at each tenth
// and the rest at the end.

/**
 * What the drawing reads of a job.
 * @typedef {'completed' | 'failed' | 'running' | 'pending'} Status
 * @typedef {object} Progress
 * @property {number} total_model_days
 * @property {number} completed
 * @property {number} failed
 * @property {{ date: string, model: string, status: Status }[]} details
 * @typedef {{ date_range: string[], models: string[], progress: Progress }} DrawnJob
 */

const colours = { completed: 32, failed: 31, running: 33, pending: 90 };
const marks = { completed: '■', failed: '✗', running: '▶', pending: '·' };
const barWidth = 40;

/** @param {import('node:tty').WriteStream & { isTTY?: boolean }} out */
export function drawing(out) {
  let linesDrawn = 0;
  let tenthsDone = 0;
  const paint = (/** @type {Status} */ status) =>
    out.isTTY ? `\u001b[${colours[status]}m${marks[status]}\u001b[0m` : marks[status];

  return (/** @type {DrawnJob} */ job, /** @type {boolean} */ isLast) => {
    if (!out.isTTY && !isLast) {
      const tenths = Math.floor(
        (10 * (job.progress.completed + job.progress.failed)) / job.progress.total_model_days,
      );
      if (tenths > tenthsDone) out.write(`${bar(job.progress)}\n`);
      tenthsDone = tenths;
      return;
    }
    const lines = [bar(job.progress), '', ...grid(job, paint)];
    if (linesDrawn > 0) out.write(`\u001b[${linesDrawn}A\u001b[J`);
    out.write(`${lines.join('\n')}\n`);
    linesDrawn = lines.length;
  };
}

/** @param {Progress} progress */
function bar({ total_model_days: total, completed, failed }) {
  const done = completed + failed;
  const filled = Math.round((barWidth * done) / total);
  const drawn = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `${drawn} ${done}/${total} model-days${failed > 0 ? `, ${failed} failed` : ''}`;
}

/**
 * @param {DrawnJob} job
 * @param {(status: Status) => string} paint
 * @returns {string[]}
 */
function grid(job, paint) {
  const width = Math.max(...job.models.map((model) => model.length));
  /** @type {Map<string, string>} */
  const drawn = new Map();
  for (const { date, model, status } of job.progress.details) drawn.set(`${date} ${model}`, paint(status));
  const head = `${''.padEnd(width)}  ${job.date_range[0] ?? ''} … ${job.date_range.at(-1) ?? ''}`;
  const rows = job.models.map((model) => {
    const days = job.date_range.map((date) => drawn.get(`${date} ${model}`));
    return `${model.padEnd(width)}  ${days.join(' ')}`;
  });
  return [head, ...rows];
}
