// The schemas of what is answered, each declared once and known to the OpenAPI document by its name.
import { z } from 'zod';

const named = z.registry<{ id: string; description?: string | undefined }>();

const at = (id: string): string => `#/components/schemas/${id}`;

/** A schema under a name, so that the document says it once and refers to it. */
export function answer<Schema extends z.ZodType>(id: string, schema: Schema, description?: string): Schema {
  named.add(schema, { id, description });
  return schema;
}

/** @throws Error for a schema that `answer` was not told of */
export function referenceTo(schema: z.ZodType): { $ref: string } {
  const id = named.get(schema)?.id;
  if (id === undefined) throw new Error('a schema of an answer has no name: declare it with answer()');
  return { $ref: at(id) };
}

/** All of them, as JSON Schema. They are open: a later Daybook may say more, and clients ignore what they don't know. */
export function answerSchemas(): Record<string, object> {
  const { schemas } = z.toJSONSchema(named, { io: 'input', uri: at });
  const entries = Object.entries(schemas).map(([id, schema]) => [id, asComponent(schema)] as const);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Without what only a document of its own needs. */
export const asComponent = (schema: object): object =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'));

export const timeAnswer = answer('Time', z.iso.datetime({ precision: 3 }), 'RFC 3339, UTC, milliseconds.');

/** A page of a list; `next` is the cursor to the next one. */
export const listAnswer = <Item extends z.ZodType>(id: string, item: Item) =>
  answer(id, z.object({ items: z.array(item), next: z.string().nullable() }));

export const count = z.int().min(0);

export const problemAnswer = answer(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  }),
  'RFC 9457, with a code to switch on and, for a wrong request, each wrong field. A code may bring members of its own.',
);
