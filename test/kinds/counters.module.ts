// What serves counters: one command and its doors.
import { Body, Controller, Delete, HttpCode, Module, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../src/database/database.js';
import type { Metadata } from '../../src/event-store/event-store.js';
import { streamOf } from '../../src/event-store/kind.js';
import { Projector } from '../../src/projection/projector.js';
import { Caller } from '../../src/http/metadata.js';
import { Runtime, timestamp } from '../../src/runtime/runtime.js';
import { KindStreams } from '../../src/work/kind-streams.js';
import { OpenKinds } from '../../src/work/open-kinds.js';
import { counterRules, type Counter, type CounterCommand, type CounterEvent } from './counter-kind.js';

export class CounterStreams extends KindStreams<Counter, CounterCommand, CounterEvent> {}

class ChangeCounter extends Command<number> {
  constructor(
    readonly counterId: string,
    readonly command: CounterCommand,
    readonly metadata: Metadata,
  ) {
    super();
  }
}

@CommandHandler(ChangeCounter)
class ChangeCounterHandler implements ICommandHandler<ChangeCounter> {
  constructor(
    private readonly database: Database,
    private readonly counters: CounterStreams,
  ) {}

  async execute({ counterId, command, metadata }: ChangeCounter): Promise<number> {
    const { state } = await this.database.queue.run((transaction) =>
      this.counters.execute(transaction, streamOf(counterRules, counterId), command, metadata),
    );
    return state?.sum ?? 0;
  }
}

@Controller('counters/:counterId')
class CountersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly runtime: Runtime,
  ) {}

  @Post('add')
  @HttpCode(200)
  async add(
    @Param('counterId') counterId: string,
    @Body() { amount }: { amount: number },
    @Caller() caller: Metadata,
  ): Promise<{ sum: number }> {
    const command = { type: 'Add', counterId, amount } as const;
    return { sum: await this.commands.execute(new ChangeCounter(counterId, command, caller)) };
  }

  @Post('ask')
  @HttpCode(204)
  async ask(
    @Param('counterId') counterId: string,
    @Body() additions: Record<string, number>,
    @Caller() caller: Metadata,
  ): Promise<void> {
    await Promise.all(
      Object.entries(additions).map(([key, amount]) =>
        this.commands.execute(
          new ChangeCounter(counterId, { type: 'AskAddition', counterId, key, amount }, caller),
        ),
      ),
    );
  }

  @Post('close')
  @HttpCode(204)
  async close(@Param('counterId') counterId: string, @Caller() caller: Metadata): Promise<void> {
    const now = timestamp(this.runtime.nowMs());
    const command = { type: 'CloseCounter', code: 'cancelled', now } as const;
    await this.commands.execute(new ChangeCounter(counterId, command, caller));
  }

  @Delete()
  @HttpCode(204)
  async remove(@Param('counterId') counterId: string, @Caller() caller: Metadata): Promise<void> {
    await this.commands.execute(new ChangeCounter(counterId, { type: 'RemoveCounter' }, caller));
  }
}

@Module({
  controllers: [CountersController],
  providers: [
    {
      provide: CounterStreams,
      useFactory: (kinds: OpenKinds) =>
        new CounterStreams(counterRules, kinds, { projector: new Projector(counterRules) }),
      inject: [OpenKinds],
    },
    ChangeCounterHandler,
  ],
})
export class CountersModule {}
