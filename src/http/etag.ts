// A job's ETag is its stream version, so a client can say what it believes to be changing (RFC 9110 §13).
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** A compressed answer has its coding in the tag (compression.ts): the version is the same. */
const etag = /^"(\d{1,15})(?:-(?:br|gzip))?"$/;

function versionIn(tag: string): number | undefined {
  const version = etag.exec(tag.trim())?.[1];
  return version === undefined ? undefined : Number(version);
}

/** `@IfMatch()`: the version that the caller expects, or undefined when any will do. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const version = versionIn(header);
  if (version === undefined) {
    throw new Problem(
      412,
      'version_conflict',
      `If-Match takes one ETag that this service gave, like "7"; not ${header}.`,
    );
  }
  return version;
});

/** Sets the ETag, and tells whether the client has this very version already (`If-None-Match`). */
export function isFresh(request: FastifyRequest, reply: FastifyReply, version: number): boolean {
  const tag = `"${version}"`;
  reply.header('etag', tag);
  const known = request.headers['if-none-match'];
  return (
    known !== undefined &&
    (known.trim() === '*' ||
      known.split(',').some((one) => versionIn(one.replace(/^\s*W\//, '')) === version))
  );
}
