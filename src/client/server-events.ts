// Reads Server-Sent Events (WHATWG HTML §9.2) from the body of an answer.
import { linesIn } from './lines.js';

export interface ServerEvent {
  event: string;
  /** Empty when the message has none. */
  id: string;
  data: string;
}

export async function* eventsIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  let message: ServerEvent = { event: 'message', id: '', data: '' };
  for await (const line of linesIn(body)) {
    if (line === '') {
      if (message.data !== '') yield message;
      message = { event: 'message', id: '', data: '' };
      continue;
    }
    const colon = line.indexOf(':');
    // A line that begins with a colon only says that the service is still there.
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') message.event = value;
    else if (field === 'id') message.id = value;
    else if (field === 'data') message.data += message.data === '' ? value : `\n${value}`;
  }
}
