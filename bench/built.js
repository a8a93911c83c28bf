// The service as it was built: what is measured is what `npm start` runs.

/**
 * The types come from the sources, so that they can be checked before anything is built.
 * @param {string} path below dist/
 * @returns {Promise<unknown>}
 */
const built = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);

export const { AppModule } = /** @type {typeof import('../src/app.module.js')} */ (
  await built('app.module.js')
);
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
