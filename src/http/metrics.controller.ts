// What a Prometheus server asks for.
import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiRead } from './operation.js';
import { text } from './responses.js';

/** What is counted, as Prometheus text; whoever composes the service says who counts. */
export abstract class MetricsText {
  abstract text(): Promise<string>;
}

@ApiTags('Health')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsText) {}

  @Get()
  @ApiRead({
    id: 'metrics',
    summary: 'What is counted, for Prometheus.',
    answers: { 200: text('Its text format.') },
  })
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Header('cache-control', 'no-store')
  read(): Promise<string> {
    return this.metrics.text();
  }
}
