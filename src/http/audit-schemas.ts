// What auditors are answered: proofs, and commands that were refused.
import { z } from 'zod';
import type { LineKey } from '../audit/key-line.js';
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

const keyChange = z.object({
  position: z.int().min(1),
  type: z.enum(['SigningKeyRotated', 'SigningKeyReplaced']),
  actor: z.string(),
  reason: z.string(),
  changed_at: moment,
  signed_by_old: z.boolean(),
  statement: z.string(),
});

const lineKey = z
  .object({
    key: z.string().nullable(),
    from_size: count,
    to_size: count.nullable(),
    change: keyChange.nullable(),
  })
  .meta({
    id: 'SigningKey',
    description:
      'A key, the sizes of the log that it signs for, and the event by which it came into the place of the one before; `key` is `<name>+<id>`, or null, when no more is known of a lost one.',
  }) satisfies z.ZodType<LineKey>;

export const keysAnswer = z.object({ items: z.array(lineKey) }).meta({ id: 'SigningKeyList' });

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
