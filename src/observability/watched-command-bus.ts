// The bus that every command passes, whoever gives it. Whoever watches commands stands around it.
import type { ModuleRef } from '@nestjs/core';
import { CommandBus, type AsyncContext, type Command } from '@nestjs/cqrs';

/** Stands around each command: calls `execute` once, and answers what it answers or throws what it throws. */
export type CommandWatch = <T>(command: object, execute: () => Promise<T>) => Promise<T>;

export class WatchedCommandBus extends CommandBus {
  constructor(
    moduleRef: ModuleRef,
    private readonly watch: CommandWatch,
  ) {
    super(moduleRef);
  }

  override execute<R>(command: Command<R> | object, context?: AsyncContext): Promise<R> {
    return this.watch(command, () => super.execute<Command<R>, R>(command as Command<R>, context));
  }
}

/** One inside the other, the first outermost. */
export const nested = (outer: CommandWatch, inner: CommandWatch | undefined): CommandWatch =>
  inner === undefined ? outer : (command, execute) => outer(command, () => inner(command, execute));
