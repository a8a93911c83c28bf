// Whom a command speaks to: a service that runs, or, when none does, the same application opened for a moment beside
// the database. Both answer the same requests in the same words, so a command need not know which it is.
import { Refused, type ProblemDocument } from './outcome.js';

export interface Answer {
  status: number;
  /** The media type, with its parameters. */
  type: string;
  /** Where what was made can be followed. */
  location: string | undefined;
  /** Read when it is JSON, else the text. */
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
  const what = `${target.name} answered ${answer.status} to ${method} ${path}`;
  if (answer.status >= 300) throw errorOf(answer, `${what}.`);
  if (answer.status !== 204 && typeof answer.body !== 'object') throw new Error(`${what}, and no JSON.`);
  return answer;
}

/** The code of a problem document (RFC 9457), as a service answers it. */
export const problemCode = ({ type, body }: Answer): string | undefined =>
  /^application\/problem\+json\b/.test(type) && typeof body === 'object' && body !== null && 'code' in body
    ? String(body.code)
    : undefined;

/** Over by themselves, most often. */
const momentary = [
  'starting',
  'not_ready',
  'too_many_streams',
  'database_busy',
  'database_overloaded',
  'database_closed',
];

function errorOf(answer: Answer, otherwise: string): Error {
  const { status, body } = answer;
  const code = problemCode(answer);
  const message = code === undefined ? otherwise : (body as ProblemDocument).detail;
  const isMomentary = code === undefined ? [429, 502, 503, 504].includes(status) : momentary.includes(code);
  if (isMomentary) return new NoAnswer(message);
  if (code === undefined || status >= 500) return new Error(message);
  return new Refused(message, body as ProblemDocument);
}
