// `daybook accept-rollback`: after a backup was put back, lets the log be signed again, and says so in it.
import { acceptRollback } from '../audit/accept-rollback.js';
import { withOwnLog, type OwnLogOptions } from './own-log.js';
import type { Shell } from './shell.js';

export interface AcceptRollbackOptions extends OwnLogOptions {
  reason: string;
  json?: boolean;
}

export async function acceptRollbackOf(options: AcceptRollbackOptions, shell: Shell): Promise<void> {
  const { reason } = options;
  const accepted = await withOwnLog(options, shell, (log) => acceptRollback({ ...log, reason }));
  const { acceptance, wasRecorded, checkpoint } = accepted;
  if (options.json === true) {
    shell.print(JSON.stringify({ position: acceptance.position, was_recorded: wasRecorded, checkpoint }));
    return;
  }
  const recorded = wasRecorded ? 'was recorded before' : 'is recorded';
  shell.print(
    `The rollback ${recorded}: event ${acceptance.position}, by ${acceptance.actor}, “${acceptance.reason}”.`,
  );
  shell.print(`The newest signed checkpoint is now:\n\n${checkpoint}`);
}
