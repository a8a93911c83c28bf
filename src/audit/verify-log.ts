// A verification as a command, so that whoever watches the bus sees it. It changes nothing.
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Verifier, type Verification } from './verifier.js';

/** Holds the tables and the log against the events. */
export class VerifyLog extends Command<Verification> {}

@CommandHandler(VerifyLog)
export class VerifyLogHandler implements ICommandHandler<VerifyLog> {
  constructor(private readonly verifier: Verifier) {}

  /** @throws Error when it could not check */
  execute(): Promise<Verification> {
    return this.verifier.verify();
  }
}
