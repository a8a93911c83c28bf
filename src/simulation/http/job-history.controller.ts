// One job through time: as it was at any moment, and as it goes on now.
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  concatMap,
  distinctUntilKeyChanged,
  lastValueFrom,
  map,
  merge,
  startWith,
  takeUntil,
  takeWhile,
  throttle,
  type Observable,
} from 'rxjs';
import type { z } from 'zod';
import { LogSignal } from '../../event-store/log-signal.js';
import { EventAnswers } from '../../http/event-answers.js';
import { lastEventId, streamEventsQuery } from '../../http/event-requests.js';
import { eventsAnswer } from '../../http/event-schemas.js';
import { OpenStreams } from '../../http/open-streams.js';
import { empty, eventStream, json, jsonType } from '../../http/responses.js';
import type { ServerSentEvents } from '../../http/server-sent-events.js';
import { abortOf, every, timerOf } from '../../runtime/flow.js';
import { Refusal } from '../../runtime/refusal.js';
import { Runtime } from '../../runtime/runtime.js';
import { jobStreamOf } from '../commands/job-streams.js';
import { hasEnded } from '../domain/status.js';
import { FindJobProgress } from '../queries/job-queries.js';
import { ReadJobHistory } from '../queries/job-history.js';
import type { JobProgress } from '../queries/job-tables.js';
import { ApiRead } from './job-operations.js';
import { wholeJobAnswer } from './job-schemas.js';
import { historyQuery } from './requests.js';

/** The least time between two messages about a job, in milliseconds: at most ten a second. */
const pauseMs = 100;

/** How often a quiet stream looks for itself, and says that it is there, in milliseconds. */
const lookMs = 5_000;

@ApiTags('Jobs')
@Controller('jobs/:jobId')
export class JobHistoryController {
  constructor(
    private readonly queries: QueryBus,
    private readonly answers: EventAnswers,
    private readonly streams: OpenStreams,
    private readonly signal: LogSignal,
    private readonly runtime: Runtime,
  ) {}

  @Get('events')
  @RouteConfig({ takesQuery: true })
  @ApiTags('Events')
  @ApiRead({
    id: 'listJobEvents',
    summary: 'Reads the events of one job, also of one that was removed.',
    answers: { 200: eventsAnswer },
    problems: ['job_not_found'],
  })
  async events(
    @Param('jobId') jobId: string,
    @Query({ schema: streamEventsQuery }) query: z.output<typeof streamEventsQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const streamId = jobStreamOf(jobId);
    if (!(await this.answers.hasEvents(streamId)))
      throw new Refusal('missing', 'job_not_found', `There is no job ${jobId}.`);
    await this.answers.answer(query, streamId, request, reply);
  }

  @Get('history')
  @RouteConfig({ takesQuery: true })
  @ApiRead({
    id: 'getJobHistory',
    summary: 'Reads a job as it was at a version or a time, from its events; one of the two.',
    answers: { 200: json('The job as it was.', wholeJobAnswer) },
    problems: ['job_not_found', 'version_not_found'],
  })
  async history(
    @Param('jobId') jobId: string,
    @Query({ schema: historyQuery }) moment: z.output<typeof historyQuery>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await reply.type(jsonType).send(await this.queries.execute(new ReadJobHistory(jobId, moment)));
  }

  @Get('stream')
  @ApiRead({
    id: 'followJob',
    summary: 'Follows a job to its end.',
    answers: {
      200: eventStream(
        'Server-Sent Events `job`: the version as id, { job_id, status, version, progress } as data.',
      ),
      204: empty('It has ended, and Last-Event-ID is its last version.'),
    },
    problems: ['job_not_found', 'too_many_streams'],
  })
  async live(
    @Param('jobId') jobId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const seen = lastEventId(request);
    const job = await this.queries.execute(new FindJobProgress(jobId));
    if (seen === job.version && hasEnded(job.status)) {
      // 204 tells an EventSource that there is nothing to come back for.
      await reply.code(204).send();
      return;
    }
    await this.streams.run(reply, (stream) => this.follow(stream, job, seen));
  }

  /**
   * The job as it is, then as it changes: at most ten looks a second, whoever writes how much, and one every few seconds
   * when nothing tells of a change.
   */
  private versions(first: JobProgress): Observable<JobProgress> {
    const { runtime, signal, queries } = this;
    return merge(signal.grown, every(runtime, lookMs)).pipe(
      throttle(() => timerOf(runtime, pauseMs), { leading: true, trailing: true }),
      concatMap(() => queries.execute(new FindJobProgress(first.job_id))),
      startWith(first),
      distinctUntilKeyChanged('version'),
    );
  }

  private async follow(
    stream: ServerSentEvents,
    first: JobProgress,
    seen: number | undefined,
  ): Promise<void> {
    const heartbeats = every(this.runtime, lookMs).pipe(map(() => undefined));
    const told = merge(this.versions(first), heartbeats).pipe(
      takeWhile((job) => job === undefined || !hasEnded(job.status), true),
      takeUntil(abortOf(stream.closed)),
      concatMap((job) =>
        job === undefined || job.version === seen ? stream.heartbeat() : stream.send([messageOf(job)]),
      ),
    );
    await lastValueFrom(told, { defaultValue: undefined });
    if (!stream.closed.aborted) stream.finish();
  }
}

const messageOf = ({ job_id, status, version, ...progress }: JobProgress) => ({
  event: 'job',
  id: String(version),
  data: JSON.stringify({ job_id, status, version, progress }),
});
