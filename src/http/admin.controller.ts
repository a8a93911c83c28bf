// What admins ask of a running service.
import { Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { VerifyLog } from '../audit/verify-log.js';
import type { Verification } from '../audit/verifier.js';
import { verificationAnswer } from './projection-schemas.js';
import { ApiCommand } from './operation.js';
import { json } from './responses.js';

@ApiTags('Administration')
@Controller('admin')
export class AdminController {
  constructor(private readonly commands: CommandBus) {}

  @Post('verify')
  @HttpCode(200)
  @ApiCommand({
    id: 'verify',
    summary: 'Holds the tables and the log against the events; changes nothing.',
    answers: { 200: json('What was found.', verificationAnswer) },
  })
  async verify(): Promise<Verification & { jobs: number }> {
    const verification = await this.commands.execute(new VerifyLog());
    return { ...verification, jobs: verification.streams['job'] ?? 0 };
  }
}
