// Removing old jobs, for admins.
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Metadata } from '../../event-store/event-store.js';
import { Caller } from '../../http/metadata.js';
import { json } from '../../http/responses.js';
import { JobCleanup } from '../job-cleanup.js';
import { ApiCommand } from './job-operations.js';
import { cleanupAnswer } from './job-schemas.js';
import { cleanupRequest } from './requests.js';

@ApiTags('Administration')
@Controller('admin/jobs')
export class JobCleanupController {
  constructor(private readonly jobCleanup: JobCleanup) {}

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
    return { deleted: await this.jobCleanup.run({ olderThanDays, metadata }) };
  }
}
