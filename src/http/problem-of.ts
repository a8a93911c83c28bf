// Which error is answered how. A refusal of the domain knows its code; a defect shows nothing of the inside.
import { HttpException } from '@nestjs/common';
import { UnusableEvidence } from '../proof/unusable-evidence.js';
import { DatabaseUnavailable, unavailableReason } from '../database/database-error.js';
import { isRefusal, statusOfRefusal } from '../runtime/refusal.js';
import { Problem } from './problem.js';

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isRefusal(error))
    return new Problem(statusOfRefusal[error.kind], error.code, error.message, error.facts);
  if (error instanceof UnusableEvidence)
    return new Problem(503, 'evidence_unusable', unusableEvidence, {}, { 'retry-after': '60' });
  const reason = unavailableReason(error);
  if (reason !== undefined) return unavailable(new DatabaseUnavailable(reason));
  return problemOfStatus(statusOf(error));
}

/** Which file it is, the log of the service says: clients do not need to know its folders. */
const unusableEvidence =
  'The signing key, the newest signed checkpoint or the tree of the log cannot be used: nothing is signed or proved until an admin has looked at it.';

/** For what went wrong before a request reached a handler; every other status is a defect, and tells nothing. */
export function problemOfStatus(status: number): Problem {
  const known = ofTransport[status];
  if (known === undefined) return new Problem(500, 'internal_error', 'Something failed inside Daybook.');
  return new Problem(status, ...known);
}

/** Fastify's errors and Nest's carry their status. */
const ofTransport: Readonly<Record<number, [code: string, detail: string]>> = {
  400: [
    'malformed_request',
    'The request cannot be read: its URL, its Host or its body is malformed (a body must be JSON in UTF-8).',
  ],
  404: ['not_found', 'There is nothing at this path.'],
  405: ['method_not_allowed', 'This path does not answer this method.'],
  408: ['request_timeout', 'The request took too long to arrive.'],
  413: ['body_too_large', 'The body is larger than this service accepts (BODY_LIMIT_BYTES).'],
  414: ['uri_too_long', 'The URL is longer than any that this service has.'],
  415: ['unsupported_media_type', 'Send the body as application/json.'],
  417: ['expectation_failed', 'Expect may say 100-continue, and nothing else.'],
  431: ['headers_too_large', 'The headers are larger than this service accepts.'],
};

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}

function unavailable({ message, reason }: DatabaseUnavailable): Problem {
  const retryAfter = reason === 'busy' || reason === 'overloaded' ? '1' : '30';
  const detail = `Nothing was changed: ${message}. Try the same request again.`;
  return new Problem(503, `database_${reason}`, detail, {}, { 'retry-after': retryAfter });
}
