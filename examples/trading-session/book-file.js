// Gives every model a file name of its own, whatever the model is called and whatever disk it is on.
import { createHash } from 'node:crypto';
import { join } from 'node:path';

// Lower case only, since some disks take Model and model for one name; no leading dot, since "." and ".."
// are folders; and well below the 255 bytes a file name can have.
const safe = /^(?!\.)(?:[a-z0-9._-]|%[0-9A-F]{2}){1,120}$/;

/**
 * @param {string} folder
 * @param {string} model
 */
export function bookFile(folder, model) {
  // Half of a surrogate pair is a legal string, yet one that encodeURIComponent refuses.
  const readable = model.replace(/\p{Surrogate}/gu, '_');
  const encoded = encodeURIComponent(readable);
  if (readable === model && safe.test(encoded)) return join(folder, `${encoded}.jsonl`);
  // A safe name never has a "~", so the two kinds of names cannot meet.
  const digest = createHash('sha256').update(JSON.stringify(model)).digest('hex').slice(0, 32);
  return join(folder, `${encoded.slice(0, 80).replace(/^\./, '_')}~${digest}.jsonl`);
}
