// The commands that the service gives to itself: who gives them, because of what, and what is kept of a refusal.
import { Injectable } from '@nestjs/common';
import { CommandBus, type Command } from '@nestjs/cqrs';
import { Refusals } from './refusals.js';
import { ownActor, type Metadata } from '../event-store/event-store.js';
import { isRefusal, statusOfRefusal } from '../runtime/refusal.js';
import { Runtime } from '../runtime/runtime.js';

@Injectable()
export class OwnCommands {
  constructor(
    private readonly commands: CommandBus,
    private readonly refusals: Refusals,
    private readonly runtime: Runtime,
  ) {}

  /** @param cause the event that the command follows from; without one it has no other beginning than itself */
  metadata(cause: string = this.runtime.uuid()): Metadata {
    return { actor: ownActor, correlation_id: this.runtime.uuid(), causation_id: cause };
  }

  /**
   * @param what the command in words, as it is kept when it is refused: its type and what it is about
   * @throws whatever refuses it
   */
  async execute<T>(command: Command<T>, what: string, metadata: Metadata): Promise<T> {
    try {
      return await this.commands.execute(command);
    } catch (error) {
      if (isRefusal(error)) {
        const { actor, correlation_id } = metadata;
        const status = statusOfRefusal[error.kind];
        this.refusals.keep({ actor, correlation_id, command: what, code: error.code, status });
      }
      throw error;
    }
  }
}
