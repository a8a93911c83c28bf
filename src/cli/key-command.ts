// `daybook key rotate` and `daybook key replace`: another key signs the log from now on, and the log says so.
import { replaceKey, rotateKey, type ChangedKey } from '../audit/change-key.js';
import { withOwnLog, type OwnLogOptions } from './own-log.js';
import type { Shell } from './shell.js';
import { keyGiven } from './verifier-keys.js';

export interface KeyOptions extends OwnLogOptions {
  reason: string;
  json?: boolean;
}

export interface ReplaceKeyOptions extends KeyOptions {
  /** The verifier key that was lost, or a file that holds it. */
  oldKey?: string;
}

export async function rotate(options: KeyOptions, shell: Shell): Promise<void> {
  const { reason } = options;
  tell(await withOwnLog(options, shell, (log) => rotateKey({ ...log, reason })), options, shell);
}

export async function replace(options: ReplaceKeyOptions, shell: Shell): Promise<void> {
  const { reason } = options;
  const oldKey = options.oldKey === undefined ? undefined : keyGiven(options.oldKey, '--old-key');
  tell(await withOwnLog(options, shell, (log) => replaceKey({ ...log, reason, oldKey })), options, shell);
}

function tell(changed: ChangedKey, { json }: KeyOptions, shell: Shell): void {
  const { position, change, wasRecorded, kept, checkpoint } = changed;
  const { old_key: oldKey, new_key: newKey } = change.data;
  const isSignedByOld = change.type === 'SigningKeyRotated';
  if (json === true) {
    const answer = {
      position,
      type: change.type,
      was_recorded: wasRecorded,
      old_key: oldKey,
      new_key: newKey,
    };
    shell.print(JSON.stringify({ ...answer, kept: kept ?? null, checkpoint: checkpoint ?? null }));
    return;
  }
  const recorded = wasRecorded ? 'was recorded before' : 'is recorded';
  const signers = isSignedByOld ? 'signed by the old key and the new one' : 'signed by the new key alone';
  shell.print(`The change ${recorded}: event ${position} (${change.type}), ${signers}.`);
  shell.print(`From there on this key signs; give it to your auditors: ${newKey}`);
  if (!isSignedByOld)
    shell.print(
      `They cannot know it from the log: nothing that ${oldKey ?? 'the old key'} signed speaks for it.`,
    );
  if (kept !== undefined)
    shell.print(`The old key is kept: ${kept}. It signs nothing any more; delete it when you are sure.`);
  shell.print(
    checkpoint === undefined
      ? 'Nothing is signed yet, since the log contradicts what was signed before: daybook accept-rollback.'
      : `The newest signed checkpoint is now:\n\n${checkpoint}`,
  );
}
