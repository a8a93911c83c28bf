// The OpenAPI document, made from the controllers, the schemas that they validate with, and those of their answers.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { answerSchemas, asComponent } from './answer.js';
import { sharedComponents } from './operation.js';

const description = `The book of long-running jobs: every model on every day, every step an event.

Times are RFC 3339 in UTC with milliseconds. Every error is a problem document (RFC 9457) with a \`code\`. Besides what each
operation lists, any request may be answered 404 \`not_found\`, 405 \`method_not_allowed\`, 408 \`request_timeout\`, 414
\`uri_too_long\` or 431 \`headers_too_large\`. A field or a parameter that is not listed here is refused; answers may get
fields that are not listed here yet.`;

function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setOpenAPIVersion('3.1.1')
    .setTitle('Daybook')
    .setDescription(description)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .build();
  const components = { schemas: answerSchemas(), ...sharedComponents() };
  const document = SwaggerModule.createDocument(
    app,
    { ...about, components },
    { standardSchemaConverter: jsonSchemaOf },
  );
  return withOptionalBodies(document);
}

/** Of what a request is checked with: without this, it would be in the dialect of OpenAPI 3.0. */
function jsonSchemaOf(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) {
  if (!(schema instanceof z.ZodType)) return undefined;
  return { schema: asComponent(z.toJSONSchema(schema, { io: schemaType, override: keepDefault })) };
}

/** Of a value that is read from text, zod does not tell it. */
const keepDefault: NonNullable<z.core.ToJSONSchemaParams['override']> = ({ zodSchema, jsonSchema }) => {
  if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
};

/** A POST without a body is a POST with {}: where no field is required, the body is not either. */
function withOptionalBodies(document: OpenAPIObject): OpenAPIObject {
  for (const { post } of Object.values(document.paths)) {
    const body = post?.requestBody;
    if (body === undefined || '$ref' in body) continue;
    const schema = body.content['application/json']?.schema;
    body.required = schema !== undefined && 'required' in schema;
  }
  return document;
}

export function serveOpenApi(app: NestFastifyApplication): void {
  let document: string | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', (_request, reply) => {
      document ??= JSON.stringify(openApiDocument(app));
      return reply.type('application/json; charset=utf-8').send(document);
    });
}
