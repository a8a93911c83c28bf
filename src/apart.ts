// The application itself, opened for a moment on a database that no service has: it listens nowhere and runs nothing,
// and is asked in the same words as a service.
import 'reflect-metadata';
import { pino } from 'pino';
import { openApplication } from './application.js';
import type { OpenApart } from './cli/target.js';
import type { Transport } from './client/transport.js';
import { engineOf } from './database/engines.js';
import { Health } from './http/health.js';
import { loadKinds, type KindList } from './kind/kind.js';
import { systemRuntime } from './runtime/runtime.js';
import { bringUpToDate } from './up-to-date.js';

/** @returns what opens it, and throws UnusableDatabase when it cannot */
export const apart =
  (kindList: KindList): OpenApart =>
  async (settings, lock, complain) => {
    const log = pino({ level: 'error', base: null }, { write: complain });
    const kinds = await loadKinds(kindList);
    const application = await openApplication({ settings, runtime: systemRuntime, log, kinds }, lock);
    const { app, close } = application;
    try {
      await bringUpToDate(application);
    } catch (error) {
      await close();
      throw error;
    }
    app.get(Health, { strict: false }).serving();
    const transport: Transport = {
      name: engineOf(settings.DATABASE_URL).name,
      async send({ method, path, headers, body }) {
        const payload = body === undefined ? {} : { payload: body };
        const reply = await app.inject({ method, url: path, headers, ...payload, payloadAsStream: true });
        return {
          status: reply.statusCode,
          header(name) {
            const value = reply.headers[name];
            return value === undefined ? undefined : String(value);
          },
          body: reply.stream() as AsyncIterable<Uint8Array>,
        };
      },
    };
    return { transport, close };
  };
