// The largest result of a model-day: results stand in the log for ever.
import { invalidRequest } from '../../http/problem.js';

export class ResultLimit {
  /** @param bytesMax of JSON text in UTF-8 */
  constructor(private readonly bytesMax: number) {}

  /** @throws Problem `invalid_request`, pointing at `/result` */
  check(result: unknown): void {
    if (result === null) return;
    const bytes = Buffer.byteLength(JSON.stringify(result));
    if (bytes <= this.bytesMax) return;
    const detail = `has ${bytes} bytes; a result may have ${this.bytesMax} (RESULT_LIMIT_BYTES): keep the rest elsewhere and name it`;
    throw invalidRequest([{ pointer: '/result', detail }]);
  }
}
