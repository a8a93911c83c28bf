// One job over HTTP, from its request to its end.
import { setTimeout as wait } from 'node:timers/promises';

/**
 * @param {string} url of a service that runs it
 * @param {{ date_range: readonly string[], models: readonly string[] }} request
 * @returns {Promise<{ seconds: number, modelDays: number }>} by the service's own clock
 */
export async function runJob(url, request) {
  const answer = await fetch(`${url}/simulate/trigger`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  if (answer.status !== 202) throw new Error(`the job was not accepted: ${await answer.text()}`);
  const { job_id: jobId } = /** @type {{ job_id: string }} */ (await jsonOf(answer));
  for (;;) {
    await wait(250);
    const job = /** @type {import('../src/simulation/queries/views.js').JobView} */ (
      await jsonOf(await fetch(`${url}/jobs/${jobId}`))
    );
    if (job.completed_at === null) continue;
    if (job.status !== 'completed') throw new Error(`the job ended as ${job.status}`);
    const seconds = (Date.parse(job.completed_at) - Date.parse(job.created_at)) / 1000;
    return { seconds, modelDays: job.progress.completed };
  }
}

/** @returns {Promise<unknown>} */
const jsonOf = (/** @type {Response} */ response) => response.json();
