// One job through time: as it was at any moment, and as it goes on now.
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { LogSignal } from '../../event-store/log-signal.js';
import { lastEventId } from '../../http/event-requests.js';
import { OpenStreams } from '../../http/open-streams.js';
import { empty, eventStream, json } from '../../http/responses.js';
import type { ServerSentEvents } from '../../http/server-sent-events.js';
import { pause, Runtime } from '../../runtime/runtime.js';
import { hasEnded } from '../domain/status.js';
import { FindJob } from '../queries/job-queries.js';
import { ReadJobHistory } from '../queries/job-history.js';
import { viewOfWholeJob, type JobView, type WholeJobView } from '../queries/views.js';
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
    private readonly streams: OpenStreams,
    private readonly signal: LogSignal,
    private readonly runtime: Runtime,
  ) {}

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
  ): Promise<WholeJobView> {
    return viewOfWholeJob(await this.queries.execute(new ReadJobHistory(jobId, moment)));
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
    const job = await this.queries.execute(new FindJob(jobId));
    if (seen === job.version && hasEnded(job.status)) {
      // 204 tells an EventSource that there is nothing to come back for.
      await reply.code(204).send();
      return;
    }
    await this.streams.run(reply, (stream) => this.follow(stream, job, seen));
  }

  private async follow(stream: ServerSentEvents, first: JobView, seen: number | undefined): Promise<void> {
    let job: JobView = first;
    for (let sent = seen; !stream.closed.aborted;) {
      if (job.version === sent) {
        await stream.heartbeat();
      } else {
        await stream.send([messageOf(job)]);
        sent = job.version;
      }
      if (hasEnded(job.status)) {
        stream.finish();
        return;
      }
      await pause(this.runtime, pauseMs, stream.closed);
      job = await this.next(job.job_id, sent, stream);
    }
  }

  /** The job as soon as it has changed, or after a while as it is. */
  private async next(jobId: string, sent: number, stream: ServerSentEvents): Promise<JobView> {
    const untilMs = this.runtime.nowMs() + lookMs;
    for (;;) {
      const job = await this.queries.execute(new FindJob(jobId));
      const leftMs = untilMs - this.runtime.nowMs();
      if (job.version !== sent || leftMs <= 0 || stream.closed.aborted) return job;
      await this.signal.wait(leftMs, this.runtime, stream.closed);
    }
  }
}

const messageOf = ({ job_id, status, version, progress }: JobView) => ({
  event: 'job',
  id: String(version),
  data: JSON.stringify({ job_id, status, version, progress }),
});
