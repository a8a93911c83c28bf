// Whom a command speaks to: a service that runs, or, when none does, the same application opened for a moment beside
// the database. Both answer the same requests in the same words, so a command need not know which it is.
import { Refused, type ProblemDocument } from './outcome.js';

export interface Answer {
  status: number;
  /** Where what was made can be followed. */
  location: string | undefined;
  body: unknown;
}

export interface Target {
  /** For whoever asks where it went. */
  readonly name: string;
  /** Whether a service does what is asked for; else it waits until one is started. */
  readonly isService: boolean;
  send(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer>;
  close(): Promise<void>;
}

/** Nothing listens there, or not any more; or it cannot answer now, and perhaps in a moment. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/**
 * @throws Refused when the answer is no
 * @throws NoAnswer when there is none now
 * @throws Error when it cannot be answered
 */
export async function ask(
  target: Target,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<Answer> {
  const answer = await target.send(method, path, body);
  if (answer.status < 400) return answer;
  throw errorOf(answer, `${target.name} answered ${answer.status} to ${method} ${path}`);
}

function errorOf({ status, body }: Answer, otherwise: string): Error {
  const isProblem = typeof body === 'object' && body !== null && 'detail' in body && 'status' in body;
  const message = isProblem ? String(body.detail) : `${otherwise}.`;
  if (status === 429 || status === 503) return new NoAnswer(message);
  if (!isProblem || status >= 500) return new Error(message);
  return new Refused(message, body as ProblemDocument);
}
