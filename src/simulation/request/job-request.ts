// What a request asks for once the config has filled in what it leaves open.
import { invalidRequest, type FieldProblem } from '../../http/problem.js';
import type { WantedJob } from '../commands/create-job.js';
import type { TriggerRequest } from '../http/requests.js';
import type { ConfigFolder, JobConfig } from './config-folder.js';
import { countWeekdays, weekdaysBetween } from './weekdays.js';

/** @throws Problem `invalid_request` with every problem at once */
export async function resolveRequest(
  request: TriggerRequest,
  configs: ConfigFolder,
  modelDaysMax: number,
): Promise<WantedJob> {
  const { config_path: path } = request;
  const config = await (path === undefined ? configs.readDefault() : configs.read(path));
  const models = modelsOf(request, config);
  const dates = datesOf(request, config, modelDaysMax);
  const problems = [...models.problems, ...dates.problems];
  if (problems.length > 0) throw invalidRequest(problems);
  return {
    configPath: config.path,
    configSha256: config.sha256,
    dates: dates.values,
    models: models.values,
    rerun: request.rerun,
  };
}

interface Resolved {
  values: readonly string[];
  problems: readonly FieldProblem[];
}

const ok = (values: readonly string[]): Resolved => ({ values, problems: [] });
const wrong = (pointer: string, detail: string): Resolved => ({
  values: [],
  problems: [{ pointer, detail }],
});

function modelsOf({ models }: TriggerRequest, config: JobConfig): Resolved {
  const { path, enabledModels, listedModels } = config;
  if (models === undefined) {
    if (enabledModels.length > 0) return ok(enabledModels);
    return wrong('/models', `must name at least one model: ${lacking(config, 'lists none that is enabled')}`);
  }
  if (listedModels === undefined || listedModels.length === 0) return ok(models);
  const listed = new Set(listedModels);
  const unknown = models.filter((model) => !listed.has(model));
  if (unknown.length === 0) return ok(models);
  return wrong('/models', `names ${named(unknown)}, not among the models of ${path}: ${named(listedModels)}`);
}

/** Why a config fills nothing in. */
const lacking = ({ path, isThere }: JobConfig, why: string): string =>
  isThere ? `${path} ${why}` : `there is no ${path} to take them from`;

/** The first of them, in quotes. */
function named(models: readonly string[]): string {
  const first = models.slice(0, 20).map((model) => JSON.stringify(model));
  return models.length > first.length ? `${first.join(', ')}, …` : first.join(', ');
}

function datesOf(request: TriggerRequest, config: JobConfig, datesMax: number): Resolved {
  const { dateRange } = config;
  if (request.date_range !== undefined) return ok(request.date_range);
  const { start_date: start, end_date: end } = request;
  if (start !== undefined && end !== undefined) return rangeOf(start, end, datesMax, '/end_date');
  if (dateRange === undefined)
    return wrong('/date_range', `must name at least one date: ${lacking(config, 'has no date_range')}`);
  return rangeOf(dateRange.start, dateRange.end, datesMax, '/config_path');
}

function rangeOf(start: string, end: string, datesMax: number, pointer: string): Resolved {
  const count = countWeekdays(start, end);
  if (count === 0) return wrong(pointer, `leaves no weekday between ${start} and ${end}`);
  if (count > datesMax)
    return wrong(pointer, `asks for ${count} dates; one job may have ${datesMax} model-days`);
  return ok(weekdaysBetween(start, end));
}
