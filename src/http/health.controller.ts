// Is it alive, and can it work?
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { KeyWatch } from '../audit/key-watch.js';
import { Health } from './health.js';
import { ApiRead } from './operation.js';
import { Problem } from './problem.js';
import { json } from './responses.js';

const healthAnswer = z.object({ status: z.literal('ok'), warnings: z.array(z.string()).optional() }).meta({
  id: 'Health',
  description: 'Warnings: what an admin should look after, though commands are taken.',
});
const well = { 200: json('It can work.', healthAnswer) };

type HealthAnswer = z.output<typeof healthAnswer>;

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly keyWatch: KeyWatch,
  ) {}

  @Get()
  @ApiRead({ id: 'health', summary: 'As /health/ready.', answers: well, problems: ['not_ready'] })
  whole(): Promise<HealthAnswer> {
    return this.ready();
  }

  @Get('ready')
  @ApiRead({ id: 'ready', summary: 'Whether it can work.', answers: well, problems: ['not_ready'] })
  async ready(): Promise<HealthAnswer> {
    const wrong = await this.health.whatIsWrong();
    if (wrong !== undefined) throw new Problem(503, 'not_ready', wrong, {}, { 'retry-after': '5' });
    const warning = this.keyWatch.look();
    return { status: 'ok', ...(warning === undefined ? {} : { warnings: [warning] }) };
  }

  @Get('live')
  @ApiRead({ id: 'live', summary: 'Whether it is alive.', answers: well })
  live(): HealthAnswer {
    return { status: 'ok' };
  }
}
