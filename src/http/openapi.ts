// The OpenAPI document, made from the controllers, the schemas that they validate with, and those of their answers.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, getSchemaPath, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { problemsOfPaths, problemsOfRequests, responseComponents } from './problem-responses.js';
import { headerComponents } from './responses.js';

const description = `The book of long-running jobs: every model on every day, every step an event.

Times are RFC 3339 in UTC with milliseconds. Every error is a problem document (RFC 9457) with a \`code\`. Besides what each
operation lists, any request may be answered 404 \`not_found\`, 405 \`method_not_allowed\`, 408 \`request_timeout\`, 417
\`expectation_failed\` or 431 \`headers_too_large\`. A field or a parameter that is not listed here is refused; answers may
get fields that are not listed here yet.`;

const about = new DocumentBuilder()
  .setOpenAPIVersion('3.1.1')
  .setTitle('Daybook')
  .setDescription(description)
  .setVersion('1')
  .setLicense('MIT', 'https://opensource.org/license/mit')
  .addServer('/')
  .addGlobalParameters({
    name: 'X-Correlation-Id',
    in: 'header',
    description: "An id of the caller's; without it the trace id of a `traceparent`, or a new one.",
    required: false,
    schema: { type: 'string' },
  })
  .addGlobalResponse(...problemsOfRequests)
  .build();

function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const components = { schemas: namedSchemas(), responses: responseComponents, headers: headerComponents };
  const document = SwaggerModule.createDocument(
    app,
    { ...about, components },
    { standardSchemaConverter: jsonSchemaOf },
  );
  describeLongPaths(document);
  return document;
}

function describeLongPaths({ paths }: OpenAPIObject): void {
  for (const [path, methods] of Object.entries(paths))
    if (path.includes('{'))
      for (const operation of [methods.get, methods.post, methods.delete])
        for (const { status, ...response } of problemsOfPaths)
          if (operation !== undefined) operation.responses[status] = response;
}

/** What references lead to. They are open: a later Daybook may say more, and clients ignore what they don't know. */
function namedSchemas(): Record<string, object> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: getSchemaPath });
  const byName = Object.entries(schemas).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(byName.map(([name, schema]) => [name, without(schema, '$schema', '$id')]));
}

/** What a request takes, or an answer in JSON holds: by itself, Nest would ask for the dialect of OpenAPI 3.0. */
function jsonSchemaOf(schema: unknown) {
  if (!(schema instanceof z.ZodType)) return undefined;
  return { schema: without(z.toJSONSchema(schema, { io: 'input' }), '$schema', '$defs') };
}

const without = (schema: object, ...keys: readonly string[]): object =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));

export function serveOpenApi(app: NestFastifyApplication): void {
  const jsonDocumentUrl = 'openapi.json';
  SwaggerModule.setup('', app, () => openApiDocument(app), { ui: false, raw: ['json'], jsonDocumentUrl });
}
