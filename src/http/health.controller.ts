// Is it alive, and can it work?
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Health } from './health.js';
import { ApiRead } from './operation.js';
import { Problem } from './problem.js';
import { json } from './responses.js';

const healthAnswer = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
const well = { 200: json('All is well.', healthAnswer) };

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get()
  @ApiRead({ id: 'health', summary: 'As /health/ready.', answers: well, problems: ['not_ready'] })
  whole(): Promise<{ status: 'ok' }> {
    return this.ready();
  }

  @Get('ready')
  @ApiRead({ id: 'ready', summary: 'Whether it can work.', answers: well, problems: ['not_ready'] })
  async ready(): Promise<{ status: 'ok' }> {
    const wrong = await this.health.whatIsWrong();
    if (wrong !== undefined) throw new Problem(503, 'not_ready', wrong, {}, { 'retry-after': '5' });
    return { status: 'ok' };
  }

  @Get('live')
  @ApiRead({ id: 'live', summary: 'Whether it is alive.', answers: well })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
