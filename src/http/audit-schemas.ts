// What auditors are answered: proofs, and commands that were refused.
import { z } from 'zod';
import type { ConsistencyAnswer, InclusionAnswer } from '../audit/notary.js';
import type { KeptRefusal } from '../audit/refusals.js';
import { count, listAnswer, moment } from './schemas.js';

const hash = z.base64();

export const inclusionAnswer = z
  .object({
    position: z.int().min(1),
    index: count,
    size: count,
    leaf_hash: hash,
    hashes: z.array(hash),
  })
  .meta({ id: 'InclusionProof' }) satisfies z.ZodType<InclusionAnswer>;

export const consistencyAnswer = z
  .object({ from: count, to: count, hashes: z.array(hash) })
  .meta({ id: 'ConsistencyProof' }) satisfies z.ZodType<ConsistencyAnswer>;

const refusal = z
  .object({
    id: z.int().min(1),
    recorded_at: moment,
    actor: z.string(),
    correlation_id: z.string(),
    command: z.string(),
    code: z.string(),
    status: z.int(),
  })
  .meta({
    id: 'Refusal',
    description: 'A command that was refused: who, what, when and why; no bodies.',
  }) satisfies z.ZodType<KeptRefusal>;

export const refusalsAnswer = listAnswer('RefusalList', refusal);
