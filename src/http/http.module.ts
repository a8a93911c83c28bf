// What every part of the service that speaks HTTP shares, and the controllers of mechanisms.
import { Module } from '@nestjs/common';
import { AdminController } from './admin.controller.js';
import { AuditController } from './audit.controller.js';
import { EventAnswers } from './event-answers.js';
import { EventsController } from './events.controller.js';
import { HealthController } from './health.controller.js';
import { Health } from './health.js';
import { MetricsController } from './metrics.controller.js';
import { OpenStreams } from './open-streams.js';
import { ProjectionsController } from './projections.controller.js';

@Module({
  controllers: [
    HealthController,
    MetricsController,
    EventsController,
    AdminController,
    ProjectionsController,
    AuditController,
  ],
  providers: [Health, OpenStreams, EventAnswers],
  exports: [Health, OpenStreams, EventAnswers],
})
export class HttpModule {}
