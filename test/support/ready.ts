// A service that was started and says nothing of it that the test can read.
import { until } from './until.js';
import { client, type Client } from './client.js';

/** Resolves with a client of it as soon as it is ready. */
export async function ready(port: string): Promise<Client> {
  const api = client(`http://127.0.0.1:${port}`);
  await until('the service is ready', () =>
    api
      .get('/health/ready')
      .then(({ status }) => status === 200)
      .catch(() => false),
  );
  return api;
}
