// What answers are made of, whoever gives them. The OpenAPI document says a schema that has an id once, under that name.
import { getSchemaPath } from '@nestjs/swagger';
import { z } from 'zod';

/** A schema that has an id, in another media type than JSON: Nest converts those of JSON only. */
export const referenceTo = (schema: z.ZodType) => ({ $ref: getSchemaPath(String(schema.meta()?.id)) });

/** A moment as Daybook writes it. */
export const moment = z.iso
  .datetime({ precision: 3 })
  .meta({ id: 'Time', description: 'RFC 3339, UTC, milliseconds.' });

export const count = z.int().min(0);

/** A page of a list; `next` is the cursor to the next one. */
export const listAnswer = <Item extends z.ZodType>(id: string, item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() }).meta({ id });

export const problemAnswer = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({
    id: 'Problem',
    description:
      'RFC 9457, with a code to switch on and, for a wrong request, each wrong field. A code may bring members of its own.',
  });
