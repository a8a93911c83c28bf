// Is it alive, and can it work?
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Health } from './health.js';
import { Problem } from './problem.js';

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get(['', 'ready'])
  async ready(): Promise<{ status: 'ok' }> {
    const wrong = await this.health.whatIsWrong();
    if (wrong !== undefined) throw new Problem(503, 'not_ready', wrong, {}, { 'retry-after': '5' });
    return { status: 'ok' };
  }

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
