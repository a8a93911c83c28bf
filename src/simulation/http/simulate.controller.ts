// The endpoints of the specification: trigger a simulation, follow it.
import { Body, Controller, Get, Header, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { Metadata } from '../../event-store/event-store.js';
import { Answers, Answering, type MadeAnswer } from '../../http/answering.js';
import { Caller } from '../../http/metadata.js';
import { json, jsonType } from '../../http/responses.js';
import { CreateJob, type CreatedJob } from '../commands/create-job.js';
import { ConfigFolder } from '../request/config-folder.js';
import { JobPolicy } from '../commands/job-policy.js';
import { resolveRequest } from '../request/job-request.js';
import { FindJob, ReadJobWithDetails } from '../queries/job-queries.js';
import { viewOfJob } from '../queries/views.js';
import { ApiCommand, ApiRead } from './job-operations.js';
import { acceptedAnswer, jobAnswer, sameRequestAnswer, wholeJobAnswer } from './job-schemas.js';
import { ListLengths } from './list-lengths.js';
import { triggerRequest, type TriggerRequest } from './requests.js';

type AcceptedJob = z.output<typeof acceptedAnswer>;
type SameRequest = z.output<typeof sameRequestAnswer>;

@ApiTags('Simulations')
@Controller('simulate')
export class SimulateController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly configs: ConfigFolder,
    private readonly policy: JobPolicy,
  ) {}

  @Post('trigger')
  @HttpCode(202)
  @UseGuards(ListLengths)
  @ApiBody({ required: false })
  @ApiCommand({
    id: 'triggerSimulation',
    summary: 'Asks for a grid of model-days: every model on every date.',
    answers: {
      200: json('The same request is there already: its job.', sameRequestAnswer, 'Location'),
      202: json('A new job.', acceptedAnswer, 'Location'),
    },
    problems: ['job_active'],
  })
  async trigger(
    @Body({ schema: triggerRequest }) body: TriggerRequest,
    @Caller() caller: Metadata,
    @Answers() answering: Answering,
  ) {
    const request = await resolveRequest(body, this.configs, this.policy.limits.modelDaysMax);
    return answering.of((keeper) => this.commands.execute(new CreateJob(request, caller, keeper)), answerOf);
  }

  @Get('status/:jobId')
  @ApiRead({
    id: 'getSimulation',
    summary: 'Reads a job with all its model-days.',
    answers: { 200: json('The job.', wholeJobAnswer) },
    problems: ['job_not_found'],
  })
  async status(@Param('jobId') jobId: string, @Res() reply: FastifyReply): Promise<void> {
    await reply.type(jsonType).send(await this.queries.execute(new ReadJobWithDetails(jobId)));
  }

  @Get('current')
  @Header('content-type', jsonType)
  @ApiRead({
    id: 'getCurrentSimulation',
    summary: 'Reads the newest job.',
    answers: { 200: json('The job.', jobAnswer) },
    problems: ['no_jobs'],
  })
  async current(): Promise<string> {
    return (await this.queries.execute(new FindJob())).text;
  }
}

function answerOf({ created, job }: CreatedJob): MadeAnswer<AcceptedJob | SameRequest> {
  const { job_id, status, date_range, models, progress, created_at } = viewOfJob(job);
  const headers = { location: `/jobs/${job_id}` };
  if (!created) {
    const message = 'This request is there already: follow its job.';
    const body = { job_id, status, date_range, models, progress, created_at, message };
    return { status: 200, headers, body };
  }
  const message = `Job accepted: follow it at /simulate/status/${job_id}.`;
  const { total_model_days } = progress;
  const body = {
    job_id,
    status: 'accepted',
    date_range,
    models,
    total_model_days,
    created_at,
    message,
  } as const;
  return { headers, body };
}
