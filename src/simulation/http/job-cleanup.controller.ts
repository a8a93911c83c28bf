// Removing old jobs, for admins.
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Metadata } from '../../event-store/event-store.js';
import { Caller } from '../../http/metadata.js';
import { json } from '../../http/responses.js';
import { CleanUp } from '../../work/expiry/clean-up.js';
import { jobStreams } from '../stream-kind.js';
import { ApiCommand } from './job-operations.js';
import { cleanupAnswer } from './job-schemas.js';
import { cleanupRequest } from './requests.js';

@ApiTags('Administration')
@Controller('admin/jobs')
export class JobCleanupController {
  constructor(private readonly commands: CommandBus) {}

  @Post('cleanup')
  @HttpCode(200)
  @ApiBody({ required: false })
  @ApiCommand({
    id: 'cleanUpJobs',
    summary: 'Removes the jobs that ended at least so many days ago; their events stay.',
    answers: { 200: json('How many were removed.', cleanupAnswer) },
  })
  async cleanup(
    @Body({ schema: cleanupRequest }) { older_than_days: olderThanDays }: z.output<typeof cleanupRequest>,
    @Caller() metadata: Metadata,
  ): Promise<{ deleted: number }> {
    return { deleted: await this.commands.execute(new CleanUp(jobStreams.name, olderThanDays, metadata)) };
  }
}
