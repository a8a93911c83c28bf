// The read tables as admins see them: how far they are, and building them anew.
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Database } from '../database/database.js';
import { entityOf } from '../database/entity.js';
import type { Table } from '../database/table.js';
import { Log } from '../event-store/log.js';
import { readPosition } from '../projection/position.js';
import { CancelRebuild, StartRebuild } from '../projection/rebuild-commands.js';
import { Rebuilds, type RebuildView } from '../projection/rebuilds.js';
import { rebuildRequest } from './admin-requests.js';
import { ApiCommand, ApiRead } from './operation.js';
import { projectionListAnswer, rebuildAnswer } from './projection-schemas.js';
import { json } from './responses.js';

@ApiTags('Administration')
@Controller('admin/projections')
export class ProjectionsController {
  constructor(
    private readonly database: Database,
    private readonly log: Log,
    private readonly rebuilds: Rebuilds,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @ApiRead({
    id: 'listProjections',
    summary: 'How far the read tables are, and how they were last built anew.',
    answers: { 200: json('The projections.', projectionListAnswer) },
  })
  async list(): Promise<z.output<typeof projectionListAnswer>> {
    const latest = (await this.rebuilds.latest()) ?? null;
    const end = await this.log.end();
    const items = [];
    for (const { name, tables } of this.rebuilds.projections) {
      const { version, position } = await readPosition(this.database.reader, name);
      const rows: Record<string, number> = {};
      for (const table of tables) rows[table.name] = await this.count(table);
      items.push({ name, version, position, lag: Math.max(0, end - position), rows, last_rebuild: latest });
    }
    return { items };
  }

  @Post('rebuild')
  @HttpCode(202)
  @ApiBody({ required: false })
  @ApiCommand({
    id: 'startRebuild',
    summary: 'Builds the read tables anew from the log; reads and commands go on meanwhile.',
    answers: { 202: json('It has begun.', rebuildAnswer, 'Location') },
    problems: ['rebuild_running', 'projection_not_found'],
  })
  async start(
    @Body({ schema: rebuildRequest }) { projection }: z.output<typeof rebuildRequest>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RebuildView> {
    const started = await this.commands.execute(new StartRebuild(projection));
    void reply.header('location', `/admin/projections/rebuild/${started.id}`);
    return started;
  }

  @Get('rebuild/:id')
  @ApiRead({
    id: 'getRebuild',
    summary: 'How far a rebuild is, or how it ended.',
    answers: { 200: json('The rebuild.', rebuildAnswer) },
    problems: ['rebuild_not_found'],
  })
  find(@Param('id') id: string): Promise<RebuildView> {
    return this.rebuilds.find(id);
  }

  @Post('rebuild/:id/cancel')
  @HttpCode(200)
  @ApiCommand({
    id: 'cancelRebuild',
    summary: 'Stops a rebuild, which leaves the tables as they were; one that has ended stays as it ended.',
    answers: { 200: json('The rebuild.', rebuildAnswer) },
    problems: ['rebuild_not_found'],
  })
  cancel(@Param('id') id: string): Promise<RebuildView> {
    return this.commands.execute(new CancelRebuild(id));
  }

  private count(table: Table): Promise<number> {
    return this.database.source.getRepository(entityOf(table)).count();
  }
}
