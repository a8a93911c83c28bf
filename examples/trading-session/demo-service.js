// Starts a Daybook service for the demo, as `npm start` would: another process, its log aside.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** @param {number} port */
async function isFree(port) {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** The port that the settings ask for; else the usual one, or any free one when somebody else has that. */
async function wantedPort() {
  const { PORT: given = '' } = process.env;
  if (given !== '') return given;
  return (await isFree(3000)) ? '3000' : '0';
}

/** Resolves when the service listens; rejects with what it says when it cannot start. */
export async function startDaybook() {
  // The service reads it too; what the environment says goes before it.
  if (existsSync('.env')) process.loadEnvFile();
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: {
      ...process.env,
      // What the demo tells of is where it says, whatever the other settings of this shell are.
      HOST: '127.0.0.1',
      DATABASE_URL: 'sqlite:data/jobs.db',
      CONFIG_DIR: 'configs',
      LOG_LEVEL: 'info',
      EXECUTOR: 'module:examples/trading-session/session.js',
      PORT: await wantedPort(),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (complaint += text));
  const ended = once(child, 'exit');
  const url = await Promise.race([
    listening(child.stdout),
    ended.then(() => Promise.reject(new Error(complaint.trim()))),
  ]);
  return {
    url,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * The service's first line with a `url` says where it listens.
 * @param {import('node:stream').Readable} log
 * @returns {Promise<string>}
 */
async function listening(log) {
  for await (const line of createInterface({ input: log })) {
    /** @type {unknown} */
    const entry = JSON.parse(line);
    const { url } = /** @type {{ url?: string }} */ (entry);
    if (url === undefined) continue;
    log.resume();
    return url;
  }
  return new Promise(() => undefined);
}
