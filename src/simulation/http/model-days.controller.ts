// Model-days: read them, and report on them as whoever runs them.
import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { namedAs, type Metadata } from '../../event-store/event-store.js';
import { Answers, Answering } from '../../http/answering.js';
import { IfMatch } from '../../http/etag.js';
import { answerPage } from '../../http/list.js';
import { Caller } from '../../http/metadata.js';
import { json, jsonType } from '../../http/responses.js';
import { nobody } from '../../work/holder-view.js';
import { RenewLease, type RenewedLease } from '../../work/renew-lease.js';
import { ChangeJob, type ChangedJob } from '../commands/change-job.js';
import { indexOf } from '../domain/job.js';
import { detailRowOf } from '../rows/rows.js';
import { workOf, type ModelDayId } from '../work/model-day-id.js';
import { FindModelDay, ListModelDays } from '../queries/job-queries.js';
import { modelDayText } from '../queries/views.js';
import { ResultLimit } from '../request/result-limit.js';
import { ApiCommand, ApiRead } from './job-operations.js';
import { leaseAnswer, modelDayAnswer, modelDayListAnswer, startedAnswer } from './job-schemas.js';
import {
  completeRequest,
  failRequest,
  heartbeatRequest,
  modelDayId,
  modelDayListQuery,
  startRequest,
} from './requests.js';

interface StartedAttempt {
  attempt: number | undefined;
  lease_expires_at: string | undefined;
}

const noSuch = ['job_not_found', 'model_day_not_found'] as const;
const whole = { 200: json('The model-day.', modelDayAnswer) };

@ApiTags('Model-days')
@Controller('jobs/:jobId/model-days')
export class ModelDaysController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly resultLimit: ResultLimit,
  ) {}

  @Get()
  @RouteConfig({ takesQuery: true })
  @ApiRead({
    id: 'listModelDays',
    summary: 'Lists the model-days of a job, with their results.',
    answers: { 200: json('By date, then model.', modelDayListAnswer, 'Link') },
    problems: ['job_not_found'],
  })
  async list(
    @Param('jobId') jobId: string,
    @Query({ schema: modelDayListQuery }) query: z.output<typeof modelDayListQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    return answerPage(await this.queries.execute(new ListModelDays({ jobId, ...query })), request, reply);
  }

  @Get(':date/:model')
  @Header('content-type', jsonType)
  @ApiRead({
    id: 'getModelDay',
    summary: 'Reads a model-day with all its attempts.',
    answers: whole,
    problems: noSuch,
  })
  find(@Param({ schema: modelDayId }) id: ModelDayId): Promise<string> {
    return this.queries.execute(new FindModelDay(id));
  }

  @Post(':date/:model/start')
  @HttpCode(200)
  @ApiCommand({
    id: 'startModelDay',
    summary: 'Starts an attempt, which holds until its lease runs out.',
    answers: { 200: json('The attempt.', startedAnswer) },
    problems: [...noSuch, 'model_day_not_pending', 'out_of_order', 'too_early', 'version_conflict'],
  })
  async start(
    @Param({ schema: modelDayId }) { jobId, date, model }: ModelDayId,
    @Body({ schema: startRequest }) { worker }: z.output<typeof startRequest>,
    @Caller() caller: Metadata,
    @IfMatch() expectedVersion: number | undefined,
    @Answers() answering: Answering,
  ) {
    const intent = { type: 'StartModelDay', date, model, worker } as const;
    const metadata = namedAs(worker, caller);
    return answering.of<ChangedJob, StartedAttempt>(
      (keeper) => this.commands.execute(new ChangeJob(jobId, intent, metadata, expectedVersion, keeper)),
      ({ begun }) => ({ body: { attempt: begun?.attempt, lease_expires_at: begun?.expiresAt } }),
    );
  }

  @Post(':date/:model/complete')
  @Header('content-type', jsonType)
  @HttpCode(200)
  @ApiCommand({
    id: 'completeModelDay',
    summary: 'Reports that an attempt is done, with its result.',
    answers: whole,
    problems: [...noSuch, 'stale_attempt', 'version_conflict'],
  })
  async complete(
    @Param({ schema: modelDayId }) id: ModelDayId,
    @Body({ schema: completeRequest }) { attempt, result = null }: z.output<typeof completeRequest>,
    @Caller() caller: Metadata,
    @IfMatch() expectedVersion: number | undefined,
    @Answers() answering: Answering,
  ): Promise<string> {
    this.resultLimit.check(result);
    const { jobId, date, model } = id;
    const intent = { type: 'CompleteModelDay', date, model, attempt, result } as const;
    return answering.of<ChangedJob, string>(
      (keeper) => this.commands.execute(new ChangeJob(jobId, intent, caller, expectedVersion, keeper)),
      async (changed) => ({ body: await this.viewOf(id, changed, result) }),
    );
  }

  @Post(':date/:model/fail')
  @Header('content-type', jsonType)
  @HttpCode(200)
  @ApiCommand({
    id: 'failModelDay',
    summary: 'Reports that an attempt has failed; the status says whether it will be tried again.',
    answers: whole,
    problems: [...noSuch, 'stale_attempt', 'version_conflict'],
  })
  async fail(
    @Param({ schema: modelDayId }) id: ModelDayId,
    @Body({ schema: failRequest }) { attempt, error, retryable }: z.output<typeof failRequest>,
    @Caller() caller: Metadata,
    @IfMatch() expectedVersion: number | undefined,
    @Answers() answering: Answering,
  ): Promise<string> {
    const { jobId, date, model } = id;
    const failure = { attempt, error, failureCode: 'executor_error', retryable } as const;
    const intent = { type: 'FailModelDay', date, model, ...failure } as const;
    return answering.of<ChangedJob, string>(
      (keeper) => this.commands.execute(new ChangeJob(jobId, intent, caller, expectedVersion, keeper)),
      async (changed) => ({ body: await this.viewOf(id, changed, null) }),
    );
  }

  @Post(':date/:model/heartbeat')
  @HttpCode(200)
  @ApiCommand({
    id: 'renewLease',
    summary: 'Says that an attempt is alive, so that its lease holds on.',
    answers: { 200: json('The lease.', leaseAnswer) },
    problems: [...noSuch, 'stale_attempt', 'version_conflict'],
  })
  async heartbeat(
    @Param({ schema: modelDayId }) id: ModelDayId,
    @Body({ schema: heartbeatRequest }) { attempt, progress }: z.output<typeof heartbeatRequest>,
    @IfMatch() expectedVersion: number | undefined,
    @Answers() answering: Answering,
  ) {
    return answering.of<RenewedLease, z.output<typeof leaseAnswer>>(
      (keeper) =>
        this.commands.execute(new RenewLease(workOf(id), attempt, progress, expectedVersion, keeper)),
      ({ leaseExpiresAt, cancelled }) => ({ body: { lease_expires_at: leaseExpiresAt, cancelled } }),
    );
  }

  /** From the state just written; a report heard before is answered as the first time, from the tables. */
  private async viewOf(id: ModelDayId, { job, events }: ChangedJob, result: unknown): Promise<string> {
    if (events.length === 0) return this.queries.execute(new FindModelDay(id));
    const row = detailRowOf(job, indexOf(job, id.date, id.model));
    return modelDayText(row, JSON.stringify(result), nobody);
  }
}
