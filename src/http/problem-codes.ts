// The codes of problem documents that any part of the service may answer; a part that speaks HTTP adds its own.
import { z } from 'zod';

export interface ProblemCode {
  status: number;
  /** What it tells the client. */
  means: string;
  /** What the document says besides. */
  members?: z.ZodRawShape;
}

export type ProblemCodes = Readonly<Record<string, ProblemCode>>;

/** Checks that every entry is one, and keeps the names. */
export const problemCodes = <Codes extends ProblemCodes>(codes: Codes): Codes => codes;

/** Of every request. */
export const codesOfRequests = problemCodes({
  malformed_request: {
    status: 400,
    means: 'the URL, Host or the body cannot be read; a body must be JSON in UTF-8',
  },
  foreign_origin: { status: 403, means: 'a web page of another origin has sent it, by a browser' },
  unknown_host: { status: 421, means: 'Host names a service that this one is not (ALLOWED_HOSTS)' },
  invalid_request: { status: 422, means: 'values that cannot be, each named in `errors`' },
  internal_error: { status: 500, means: 'a defect of the service' },
  starting: { status: 503, means: 'the service is starting; it may be bringing its tables up to date' },
  database_busy: { status: 503, means: 'another process holds the database' },
  database_overloaded: { status: 503, means: 'too many writes wait' },
  database_full: { status: 503, means: 'the disk is full' },
  database_io: { status: 503, means: 'the database cannot be read or written' },
  database_corrupt: { status: 503, means: 'the database is damaged' },
  database_gone: { status: 503, means: 'a file of the database was moved, deleted or replaced' },
  database_closed: { status: 503, means: 'the service is stopping' },
});

/** Of every request whose path has parameters. */
export const codesOfPaths = problemCodes({
  uri_too_long: { status: 414, means: 'a part of the path is longer than any that this service has' },
});

/** Of every request that may have a body. */
export const codesOfBodies = problemCodes({
  body_too_large: { status: 413, means: 'the body is larger than BODY_LIMIT_BYTES' },
  unsupported_media_type: { status: 415, means: 'a body is application/json in UTF-8, and not compressed' },
});

/** Of every command. */
export const codesOfCommands = problemCodes({
  idempotency_key_in_use: { status: 409, means: 'the request with this Idempotency-Key is under way' },
  idempotency_key_reused: { status: 422, means: 'another request came with this Idempotency-Key' },
});

/** Of the mechanisms. */
export const codesOfMechanisms = problemCodes({
  version_conflict: {
    status: 412,
    means: 'it has moved on since the ETag in If-Match',
    members: { expected_version: z.int().optional(), actual_version: z.int().optional() },
  },
  not_found: { status: 404, means: 'there is nothing at this path' },
  position_not_found: { status: 404, means: 'there is no event at this position' },
  size_not_found: { status: 404, means: 'the log has fewer events' },
  invalid_range: { status: 422, means: '`from` is larger than `to`' },
  rebuild_running: {
    status: 409,
    means: 'a rebuild is running',
    members: { current_rebuild_id: z.string().optional() },
  },
  projection_not_found: { status: 404, means: 'there is no such projection' },
  rebuild_not_found: { status: 404, means: 'there is no such rebuild' },
  log_rolled_back: {
    status: 409,
    means: 'the log contradicts what was signed',
    members: { signed_checkpoint: z.string().optional(), present_checkpoint: z.string().optional() },
  },
  log_damaged: { status: 409, means: 'an event is missing in the log, or is not what was recorded' },
  evidence_unusable: {
    status: 503,
    means: 'the signing key, the newest signed checkpoint or the tree of the log cannot be used',
  },
  not_ready: { status: 503, means: 'the service is starting or stopping, or cannot write' },
  too_many_streams: { status: 503, means: 'too many live streams are open' },
});
