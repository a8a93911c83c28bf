// One schema for each request: it gives the type, the check at the door, and the OpenAPI document.
import { z } from 'zod';
import { listParameters } from '../../http/list.js';
import { time } from '../../http/time.js';
import { wholeNumber } from '../../http/whole-number.js';
import { duplicatesIn } from '../domain/grid-rules.js';
import { staysInside } from '../request/config-folder.js';
import { errorLengthMax } from '../../work/commanded-work.js';
import { isoDate, modelName, storedModelName, text, workerName } from '../request/names.js';
import { countWeekdays } from '../request/weekdays.js';
import { jsonValue } from '../request/json-value.js';

const body = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape);

/** How many wrong values of a list are looked for: one more than are listed, since there may be 100,000. */
const wrongMax = 101;

/** Each value is text that `one` takes, and stands once. */
function checkValues(one: z.ZodType<string>, values: readonly unknown[], context: z.RefinementCtx): void {
  const { issues } = context;
  const enough = (): boolean => issues.length >= wrongMax;
  for (const [index, value] of values.entries()) {
    if (enough()) return;
    for (const { message } of one.safeParse(value).error?.issues ?? [])
      context.addIssue({ code: 'custom', message, path: [index] });
  }
  for (const value of duplicatesIn(values.filter((value) => typeof value === 'string'))) {
    if (enough()) return;
    context.addIssue(`names ${JSON.stringify(value)} more than once`);
  }
}

const listOf = (one: z.ZodType<string>) =>
  z
    .array(z.unknown() as z.ZodType<string>)
    .min(1, 'must name at least one')
    .superRefine((values, context) => {
      checkValues(one, values, context);
    })
    .meta({ items: z.toJSONSchema(z.array(one)).items });

interface Range {
  date_range?: unknown;
  start_date?: unknown;
  end_date?: unknown;
}

/** Rules between fields are looked at even when another field is wrong, so that all is reported at once. */
const always = {
  when: ({ value }: { value: unknown }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
};

const isDate = (value: unknown): value is string => isoDate.safeParse(value).success;

const isRange = (range: Range): range is { start_date: string; end_date: string } =>
  isDate(range.start_date) && isDate(range.end_date);

export const triggerRequest = body({
  config_path: text(1024)
    .min(1)
    .refine(staysInside, 'must name a file inside of the folder of configs')
    .optional(),
  date_range: listOf(isoDate).optional(),
  start_date: isoDate.optional(),
  end_date: isoDate.optional(),
  models: listOf(modelName).optional(),
  rerun: z.boolean().default(false),
})
  .refine((range: Range) => range.date_range === undefined || range.start_date === undefined, {
    ...always,
    path: ['start_date'],
    message: 'goes with end_date and not with date_range: give the one or the other',
  })
  .refine((range: Range) => range.date_range === undefined || range.end_date === undefined, {
    ...always,
    path: ['end_date'],
    message: 'goes with start_date and not with date_range: give the one or the other',
  })
  .refine((range: Range) => range.start_date === undefined || range.end_date !== undefined, {
    ...always,
    path: ['end_date'],
    message: 'must be there when start_date is',
  })
  .refine((range: Range) => range.end_date === undefined || range.start_date !== undefined, {
    ...always,
    path: ['start_date'],
    message: 'must be there when end_date is',
  })
  .refine((range: Range) => !isRange(range) || range.start_date <= range.end_date, {
    ...always,
    path: ['end_date'],
    message: 'must not be before start_date',
  })
  .refine(
    (range: Range) =>
      !isRange(range) ||
      range.start_date > range.end_date ||
      countWeekdays(range.start_date, range.end_date) > 0,
    {
      ...always,
      path: ['end_date'],
      message: 'must leave at least one weekday in the range (a list may name any day)',
    },
  );

export type TriggerRequest = z.output<typeof triggerRequest>;

export const reasonRequest = body({ reason: text(1000).min(1).optional() });

/** §3: 30 days unless another age is given. */
export const cleanupRequest = body({ older_than_days: z.int().min(0).max(36_500).default(30) });

/** The model-day that a path names; whether there is one, its job knows. */
export const modelDayId = z.object({ jobId: z.string(), date: z.string(), model: z.string() });

export const startRequest = body({ worker: workerName });

const attempt = z.int().min(1);

export const completeRequest = body({ attempt, result: jsonValue.optional() });

export const failRequest = body({
  attempt,
  error: text(errorLengthMax).min(1),
  retryable: z.boolean().default(true),
});

export const heartbeatRequest = body({
  attempt,
  progress: z
    .strictObject({ percent: z.number().min(0).max(100), message: text(1000).optional() })
    .optional(),
});

export const jobListQuery = z.strictObject({
  status: z.enum(['pending', 'running', 'completed', 'partial', 'failed']).optional(),
  created_from: time.optional(),
  created_to: time.optional(),
  ...listParameters(z.tuple([z.string(), z.number()])),
});

export const modelDayListQuery = z.strictObject({
  status: z.enum(['pending', 'running', 'completed', 'failed']).optional(),
  date: isoDate.optional(),
  model: storedModelName.optional(),
  ...listParameters(z.tuple([z.string(), z.string()])),
});

/** Exactly one of the two. */
export const historyQuery = z
  .strictObject({ version: wholeNumber(1).optional(), at: time.optional() })
  .refine(({ version, at }) => (version === undefined) !== (at === undefined), {
    path: ['version'],
    message: 'give either version or at, and not both',
  });
