// Rebuilds as commands, so that whoever watches the bus sees them: a start that needs one gives them too.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Rebuilds, type RebuildView } from './rebuilds.js';

/** Starts a rebuild, which goes on by itself: of one projection by its name, or of all. */
export class StartRebuild extends Command<RebuildView> {
  constructor(readonly projection?: string) {
    super();
  }
}

@CommandHandler(StartRebuild)
export class StartRebuildHandler implements ICommandHandler<StartRebuild> {
  constructor(private readonly rebuilds: Rebuilds) {}

  /** @throws Refusal `rebuild_running`, `projection_not_found` */
  execute({ projection }: StartRebuild): Promise<RebuildView> {
    return Promise.resolve(this.rebuilds.start(projection));
  }
}

/** Resolves when it has stopped; one that has ended stays as it ended. */
export class CancelRebuild extends Command<RebuildView> {
  constructor(readonly id: string) {
    super();
  }
}

@CommandHandler(CancelRebuild)
export class CancelRebuildHandler implements ICommandHandler<CancelRebuild> {
  constructor(private readonly rebuilds: Rebuilds) {}

  /** @throws Refusal `rebuild_not_found` */
  execute({ id }: CancelRebuild): Promise<RebuildView> {
    return this.rebuilds.cancel(id);
  }
}
