// Jobs: list, read, cancel, retry, remove.
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Metadata } from '../../event-store/event-store.js';
import { Answers, Answering } from '../../http/answering.js';
import { IfMatch, isFresh } from '../../http/etag.js';
import { answerPage } from '../../http/list.js';
import { Caller } from '../../http/metadata.js';
import { empty, json, jsonType } from '../../http/responses.js';
import { ChangeJob, type ChangedJob, type JobIntent } from '../commands/change-job.js';
import { FindJob, ListJobs } from '../queries/job-queries.js';
import { summaryOf, viewOfJob, type JobSummaryView } from '../queries/views.js';
import { ApiCommand, ApiRead } from './job-operations.js';
import { jobAnswer, jobListAnswer, jobSummaryAnswer } from './job-schemas.js';
import { jobListQuery, reasonRequest } from './requests.js';

const changed = { 200: json('The job as it is now.', jobSummaryAnswer, 'ETag') };

@ApiTags('Jobs')
@Controller('jobs')
export class JobsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @RouteConfig({ takesQuery: true })
  @ApiRead({
    id: 'listJobs',
    summary: 'Lists jobs.',
    answers: { 200: json('Newest first.', jobListAnswer, 'Link') },
  })
  async list(
    @Query({ schema: jobListQuery }) query: z.output<typeof jobListQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const { status, created_from: createdFrom, created_to: createdTo, limit, after } = query;
    const page = await this.queries.execute(new ListJobs({ status, createdFrom, createdTo, limit, after }));
    return answerPage(page, request, reply);
  }

  @Get(':jobId')
  @ApiRead({
    id: 'getJob',
    summary: 'Reads a job.',
    answers: { 200: json('The job.', jobAnswer, 'ETag'), 304: empty('It has not changed.', 'ETag') },
    problems: ['job_not_found'],
  })
  async find(
    @Param('jobId') jobId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const { version, text } = await this.queries.execute(new FindJob(jobId));
    if (isFresh(request, reply, version)) {
      reply.code(304);
      return undefined;
    }
    void reply.type(jsonType);
    return text;
  }

  @Post(':jobId/cancel')
  @HttpCode(200)
  @ApiBody({ required: false })
  @ApiCommand({
    id: 'cancelJob',
    summary: 'Ends a job: what is not completed has failed.',
    answers: changed,
    problems: ['job_not_found', 'job_finished', 'version_conflict'],
  })
  cancel(
    @Param('jobId') jobId: string,
    @Body({ schema: reasonRequest }) { reason }: z.output<typeof reasonRequest>,
    @Caller() caller: Metadata,
    @IfMatch() expectedVersion: number | undefined,
    @Answers() answering: Answering,
  ): Promise<JobSummaryView> {
    return this.change(jobId, { type: 'CancelJob', reason }, caller, expectedVersion, answering);
  }

  @Post(':jobId/retry')
  @HttpCode(200)
  @ApiBody({ required: false })
  @ApiCommand({
    id: 'retryJob',
    summary: 'Runs the failed model-days of an ended job again.',
    answers: changed,
    problems: ['job_not_found', 'job_not_finished', 'nothing_to_retry', 'job_active', 'version_conflict'],
  })
  retry(
    @Param('jobId') jobId: string,
    @Body({ schema: reasonRequest }) { reason }: z.output<typeof reasonRequest>,
    @Caller() caller: Metadata,
    @IfMatch() expectedVersion: number | undefined,
    @Answers() answering: Answering,
  ): Promise<JobSummaryView> {
    return this.change(jobId, { type: 'RetryJob', reason }, caller, expectedVersion, answering);
  }

  @Delete(':jobId')
  @HttpCode(204)
  @ApiCommand({
    id: 'removeJob',
    summary: 'Takes an ended job out of the tables; its events stay.',
    answers: { 204: empty('It is gone.') },
    problems: ['job_not_found', 'job_not_finished', 'version_conflict'],
  })
  async remove(
    @Param('jobId') jobId: string,
    @Caller() caller: Metadata,
    @IfMatch() expectedVersion: number | undefined,
    @Answers() answering: Answering,
  ): Promise<void> {
    await answering.of<ChangedJob, undefined>(
      (keeper) =>
        this.commands.execute(new ChangeJob(jobId, { type: 'RemoveJob' }, caller, expectedVersion, keeper)),
      () => ({ body: undefined }),
    );
  }

  private change(
    jobId: string,
    intent: JobIntent,
    caller: Metadata,
    expectedVersion: number | undefined,
    answering: Answering,
  ): Promise<JobSummaryView> {
    return answering.of<ChangedJob, JobSummaryView>(
      (keeper) => this.commands.execute(new ChangeJob(jobId, intent, caller, expectedVersion, keeper)),
      ({ job }) => ({ headers: { etag: `"${job.version}"` }, body: summaryOf(viewOfJob(job)) }),
    );
  }
}
