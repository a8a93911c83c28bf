// For auditors: signed checkpoints, proofs, and what was refused.
import { Controller, Get, Header, Param, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ConsistencyAnswer, InclusionAnswer } from '../audit/notary.js';
import { readRefusals } from '../audit/refusals.js';
import { RemoteNotary } from '../audit/remote-notary.js';
import { Database } from '../database/database.js';
import { consistencyAnswer, inclusionAnswer, keysAnswer, refusalsAnswer } from './audit-schemas.js';
import { answerPage, listParameters, pageOf } from './list.js';
import { ApiRead } from './operation.js';
import { Problem } from './problem.js';
import { json, text } from './responses.js';
import { wholeNumber } from './whole-number.js';

const refusalsQuery = z.strictObject({
  actor: z.string().min(1).max(200).optional(),
  code: z.string().min(1).max(100).optional(),
  ...listParameters(z.tuple([z.int().min(0)])),
});

/** The present size of the log when none is given. */
const inclusionQuery = z.strictObject({ position: wholeNumber(1), size: wholeNumber(0).optional() });
const consistencyQuery = z.strictObject({ from: wholeNumber(0), to: wholeNumber(0).optional() });

const plainText = 'text/plain; charset=utf-8';

@ApiTags('Audit')
@Controller('audit')
export class AuditController {
  constructor(
    private readonly database: Database,
    private readonly notary: RemoteNotary,
  ) {}

  /** A signed note that covers every event committed before the request. */
  @Get('checkpoint')
  @Header('content-type', plainText)
  @ApiRead({
    id: 'getCheckpoint',
    summary: 'Signs the log as it is now.',
    answers: { 200: text('A C2SP tlog-checkpoint in a signed note.') },
    problems: ['log_rolled_back', 'log_damaged', 'evidence_unusable'],
  })
  checkpoint(): Promise<string> {
    return this.notary.checkpoint();
  }

  @Get('key')
  @Header('content-type', plainText)
  @ApiRead({
    id: 'getVerifierKey',
    summary: 'What checkpoints are checked with.',
    answers: { 200: text('`<name>+<hash>+<base64>`') },
    problems: ['evidence_unusable'],
  })
  async key(): Promise<string> {
    return `${await this.notary.key()}\n`;
  }

  @Get('keys')
  @ApiRead({
    id: 'listSigningKeys',
    summary: 'Lists the keys that have signed the log, the one in force last.',
    answers: { 200: json('In the order in which they signed.', keysAnswer) },
    problems: ['evidence_unusable'],
  })
  async keys(): Promise<z.output<typeof keysAnswer>> {
    return { items: await this.notary.keys() };
  }

  @Get('proof/inclusion')
  @RouteConfig({ takesQuery: true })
  @ApiRead({
    id: 'proveInclusion',
    summary: 'Proves that an event is in the log of a size, or of its present one.',
    answers: { 200: json('Hashes in base64.', inclusionAnswer) },
    problems: ['position_not_found', 'size_not_found', 'log_damaged', 'evidence_unusable'],
  })
  inclusion(
    @Query({ schema: inclusionQuery }) { position, size }: z.output<typeof inclusionQuery>,
  ): Promise<InclusionAnswer> {
    return this.notary.inclusion(position, size);
  }

  @Get('proof/consistency')
  @RouteConfig({ takesQuery: true })
  @ApiRead({
    id: 'proveConsistency',
    summary: 'Proves that the log of one size begins like the log of another.',
    answers: { 200: json('Hashes in base64.', consistencyAnswer) },
    problems: ['size_not_found', 'invalid_range', 'log_damaged', 'evidence_unusable'],
  })
  consistency(
    @Query({ schema: consistencyQuery }) { from, to }: z.output<typeof consistencyQuery>,
  ): Promise<ConsistencyAnswer> {
    return this.notary.consistency(from, to);
  }

  @Get('proof/:file')
  @Header('content-type', plainText)
  @ApiParam({ name: 'file', description: '`<position>.tlog-proof`', schema: { type: 'string' } })
  @ApiRead({
    id: 'getProofFile',
    summary: 'All that proves one event, in a file that is checked offline.',
    answers: { 200: text('A C2SP tlog-proof.') },
    problems: ['not_found', 'position_not_found', 'log_rolled_back', 'log_damaged', 'evidence_unusable'],
  })
  proofFile(@Param('file') file: string): Promise<string> {
    const position = /^([1-9]\d{0,14})\.tlog-proof$/.exec(file)?.[1];
    if (position !== undefined) return this.notary.proofFile(Number(position));
    throw new Problem(404, 'not_found', 'A proof is at /audit/proof/<position>.tlog-proof.');
  }

  @Get('refusals')
  @RouteConfig({ takesQuery: true })
  @ApiRead({
    id: 'listRefusals',
    summary: 'Lists the commands that were refused.',
    answers: { 200: json('In the order in which they happened.', refusalsAnswer, 'Link') },
  })
  async refusals(
    @Query({ schema: refusalsQuery }) { actor, code, limit, after }: z.output<typeof refusalsQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const found = await readRefusals(this.database, {
      after: after?.[0] ?? 0,
      limit: limit + 1,
      actor,
      code,
    });
    const listed = found.map((refusal) => ({ texts: [JSON.stringify(refusal)], cursor: [refusal.id] }));
    return answerPage(await pageOf([listed], limit), request, reply);
  }
}
