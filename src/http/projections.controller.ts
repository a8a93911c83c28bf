// The read tables as admins see them: how far they are, and building them anew.
import { Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Database } from '../database/database.js';
import { Log } from '../event-store/log.js';
import { readCheckpoint } from '../projection/checkpoint.js';
import { Rebuilds, type RebuildView } from '../projection/rebuilds.js';

interface ProjectionView {
  name: string;
  version: number;
  /** Everything up to this position of the log is in its tables. */
  position: number;
  /** How many events are not. */
  lag: number;
  /** By table. */
  rows: Record<string, number>;
  last_rebuild: RebuildView | null;
}

@ApiTags('Administration')
@Controller('admin/projections')
export class ProjectionsController {
  constructor(
    private readonly database: Database,
    private readonly log: Log,
    private readonly rebuilds: Rebuilds,
  ) {}

  @Get()
  list(): { items: ProjectionView[] } {
    const { projection } = this.rebuilds;
    const { name, version, position } = readCheckpoint(this.database, projection.name);
    const rows = projection.tables.map((table) => [table.name, this.count(table.name)] as const);
    return {
      items: [
        {
          name,
          version,
          position,
          lag: Math.max(0, this.log.end() - position),
          rows: Object.fromEntries(rows),
          last_rebuild: this.rebuilds.latest() ?? null,
        },
      ],
    };
  }

  @Post('rebuild')
  @HttpCode(202)
  start(@Res({ passthrough: true }) reply: FastifyReply): RebuildView {
    const started = this.rebuilds.start();
    void reply.header('location', `/admin/projections/rebuild/${started.id}`);
    return started;
  }

  @Get('rebuild/:id')
  find(@Param('id') id: string): RebuildView {
    return this.rebuilds.find(id);
  }

  @Post('rebuild/:id/cancel')
  @HttpCode(200)
  cancel(@Param('id') id: string): Promise<RebuildView> {
    return this.rebuilds.cancel(id);
  }

  private count(table: string): number {
    const [row] = this.database.query<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
    return row?.count ?? 0;
  }
}
