// What every build of Daybook has under the same name, from the build that BUILD names (the folder of a checkout that
// has been built) or, without it, from this one's. Two builds can be compared through this and nothing else: the rest
// of a build may be cut differently.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.js';

const checkout = resolve(process.env['BUILD'] ?? root);

/**
 * The types come from the sources, so that they can be checked before anything is built.
 * @param {string} path below dist/
 * @returns {Promise<unknown>}
 */
export const built = (path) => import(pathToFileURL(join(checkout, 'dist', path)).href);

/**
 * A class of a library is another one in another node_modules: it is to be the one that the build asks for.
 * @param {string} name
 * @returns {Promise<unknown>}
 */
const library = (name) =>
  import(pathToFileURL(createRequire(join(checkout, 'package.json')).resolve(name)).href);

export const { CommandBus } = /** @type {typeof import('@nestjs/cqrs')} */ (await library('@nestjs/cqrs'));
export const { readSettings } = /** @type {typeof import('../src/config.js')} */ (await built('config.js'));
export const { systemRuntime } = /** @type {typeof import('../src/runtime/runtime.js')} */ (
  await built('runtime/runtime.js')
);
export const { startService } = /** @type {typeof import('../src/service.js')} */ (await built('service.js'));
export const { ChangeJob } = /** @type {typeof import('../src/simulation/commands/change-job.js')} */ (
  await built('simulation/commands/change-job.js')
);
export const { CreateJob } = /** @type {typeof import('../src/simulation/commands/create-job.js')} */ (
  await built('simulation/commands/create-job.js')
);
