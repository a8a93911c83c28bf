// The application itself, opened for a moment on a database that no service has. It listens nowhere and runs nothing.
import { pino } from 'pino';
import type { Settings } from '../config.js';
import type { ServiceLock } from '../database/sqlite/service-lock.js';
import { systemRuntime } from '../runtime/runtime.js';
import { openApart } from '../application.js';
import { kinds } from '../kinds.js';
import type { Answer, Target } from './target.js';

/** @param lock of the database, taken; it is released when the target is closed, or cannot be opened */
export async function openApartTarget(settings: Settings, lock: ServiceLock): Promise<Target> {
  const log = pino({ level: 'error', base: null }, pino.destination({ dest: 2, sync: true }));
  const { app, close } = await openApart({ settings, runtime: systemRuntime, log, kinds }, lock);
  return {
    name: settings.databasePath,
    isService: false,
    async send(method, url, body): Promise<Answer> {
      const reply = await app.inject({ method, url, ...(body === undefined ? {} : { payload: body }) });
      const { location, 'content-type': type = '' } = reply.headers;
      return {
        status: reply.statusCode,
        type: String(type),
        location: typeof location === 'string' ? location : undefined,
        body: /[/+]json\b/.test(String(type)) ? reply.json<unknown>() : reply.body,
      };
    },
    close,
  };
}
