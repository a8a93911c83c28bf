// What serves counters: one command and its door.
import { Body, Controller, Delete, HttpCode, Module, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../src/database/database.js';
import { EventStore, type Metadata } from '../../src/event-store/event-store.js';
import { streamOf } from '../../src/event-store/kind.js';
import { Streams } from '../../src/event-store/streams.js';
import { Projector } from '../../src/projection/projector.js';
import { Caller } from '../../src/http/metadata.js';
import { counterKind, type Counter, type CounterCommand, type CounterEvent } from './counter-kind.js';

export class CounterStreams extends Streams<Counter, CounterCommand, CounterEvent> {}

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
      this.counters.execute(transaction, streamOf(counterKind, counterId), command, metadata),
    );
    return state?.sum ?? 0;
  }
}

@Controller('counters/:counterId')
class CountersController {
  constructor(private readonly commands: CommandBus) {}

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

  @Delete()
  @HttpCode(204)
  async remove(@Param('counterId') counterId: string, @Caller() caller: Metadata): Promise<void> {
    await this.commands.execute(new ChangeCounter(counterId, { type: 'Remove' }, caller));
  }
}

@Module({
  imports: [CqrsModule],
  controllers: [CountersController],
  providers: [
    {
      provide: CounterStreams,
      useFactory: (store: EventStore) =>
        new CounterStreams(counterKind, store, { projector: new Projector(counterKind) }),
      inject: [EventStore],
    },
    ChangeCounterHandler,
  ],
})
export class CountersModule {}
