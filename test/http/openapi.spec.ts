import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let document: any;

beforeAll(async () => {
  const { status, headers, body } = await (await startTestService(place)).get('/openapi.json');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  document = body;
});

interface Operation {
  route: string;
  path: string;
  operation: any;
}

const operations = (): Operation[] =>
  Object.entries<Record<string, any>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`,
      path,
      operation,
    })),
  );

const find = (route: string): any => operations().find((one) => one.route === route)?.operation;

it('is OpenAPI 3 and says what it describes', () => {
  expect(document.openapi).toMatch(/^3\.\d+\.\d+$/);
  expect(document.info).toMatchObject({ title: 'Daybook', version: expect.any(String) });
});

it.each([
  'POST /simulate/trigger',
  'GET /simulate/status/{}',
  'GET /simulate/current',
  'GET /jobs',
  'GET /jobs/{}',
  'GET /jobs/{}/model-days',
  'GET /jobs/{}/model-days/{}/{}',
  'POST /jobs/{}/cancel',
  'POST /jobs/{}/retry',
  'DELETE /jobs/{}',
  'POST /jobs/{}/model-days/{}/{}/start',
  'POST /jobs/{}/model-days/{}/{}/complete',
  'POST /jobs/{}/model-days/{}/{}/fail',
  'POST /jobs/{}/model-days/{}/{}/heartbeat',
  'POST /admin/jobs/cleanup',
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
])('has the route %s', (route) => {
  expect(operations().map((one) => one.route)).toContain(route);
});

it('gives every operation a name of its own and an answer with a description', () => {
  const names = operations().map(({ operation }) => operation.operationId as string);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
  for (const { operation } of operations()) {
    const answers = Object.entries<any>(operation.responses);
    expect(answers.length).toBeGreaterThan(0);
    for (const [status, answer] of answers) {
      expect(status).toMatch(/^([1-5]\d\d|default)$/);
      expect(answer.description).toEqual(expect.any(String));
    }
  }
});

it('declares every parameter of every path, once and as required, and no other', () => {
  for (const { path, operation } of operations()) {
    const declared = operation.parameters.filter((parameter: any) => parameter.in === 'path');
    expect(declared.map(({ name }: any) => `{${name}}`).toSorted()).toEqual(
      (path.match(/\{\w+\}/g) ?? []).toSorted(),
    );
    for (const parameter of declared) expect(parameter).toMatchObject({ required: true, schema: {} });
  }
});

it('names the query parameters of the lists', () => {
  const namesOf = (route: string): string[] =>
    find(route)
      .parameters.filter((parameter: any) => parameter.in === 'query')
      .map(({ name }: any) => name);
  expect(namesOf('GET /jobs').toSorted()).toEqual(['after', 'created_from', 'created_to', 'limit', 'status']);
  expect(namesOf('GET /jobs/{}/model-days').toSorted()).toEqual([
    'after',
    'date',
    'limit',
    'model',
    'status',
  ]);
});

it.each([
  [
    'POST /simulate/trigger',
    ['config_path', 'date_range', 'end_date', 'models', 'rerun', 'start_date'],
    undefined,
  ],
  ['POST /jobs/{}/cancel', ['reason'], undefined],
  ['POST /jobs/{}/retry', ['reason'], undefined],
  ['POST /jobs/{}/model-days/{}/{}/start', ['worker'], ['worker']],
  ['POST /jobs/{}/model-days/{}/{}/complete', ['attempt', 'result'], ['attempt']],
  ['POST /jobs/{}/model-days/{}/{}/fail', ['attempt', 'error', 'retryable'], ['attempt', 'error']],
  ['POST /jobs/{}/model-days/{}/{}/heartbeat', ['attempt', 'progress'], ['attempt']],
])('describes the body of %s, from the schema that checks it', (route, fields, required) => {
  const { schema } = find(route).requestBody.content['application/json'];
  expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
  expect(Object.keys(schema.properties).toSorted()).toEqual(fields);
  expect(schema.required).toEqual(required);
});

it('tells the forms in which events and live streams go out', () => {
  const typesOf = (route: string): string[] => Object.keys(find(route).responses['200'].content);
  const forms = ['application/json', 'application/x-ndjson', 'application/cloudevents-batch+json'];
  expect(typesOf('GET /events')).toEqual(forms);
  expect(typesOf('GET /jobs/{}/events')).toEqual(forms);
  expect(typesOf('GET /events/stream')).toEqual(['text/event-stream']);
  expect(typesOf('GET /jobs/{}/stream')).toEqual(['text/event-stream']);
});

it('tells which headers a client may send where they matter', () => {
  const headersOf = (route: string): string[] =>
    find(route)
      .parameters.filter(
        (parameter: any) => parameter.in === 'header' && parameter.name !== 'X-Correlation-Id',
      )
      .map(({ name }: any) => name);
  const ofCommands = ['X-Actor', 'Idempotency-Key'];
  expect(headersOf('GET /jobs/{}')).toEqual(['If-None-Match']);
  expect(headersOf('POST /jobs/{}/model-days/{}/{}/heartbeat')).toEqual([...ofCommands, 'If-Match']);
  expect(headersOf('DELETE /jobs/{}')).toEqual([...ofCommands, 'If-Match']);
  expect(headersOf('GET /events/stream')).toEqual(['Last-Event-ID']);
  expect(headersOf('POST /simulate/trigger')).toEqual(ofCommands);
});

it('requires a body only where a field of it is required', () => {
  for (const { operation } of operations()) {
    const { required, content } = operation.requestBody ?? {};
    const fields = content?.['application/json'].schema.required;
    expect({ name: operation.operationId, required: required ?? false }).toEqual({
      name: operation.operationId,
      required: fields !== undefined,
    });
  }
  expect(find('POST /simulate/trigger').requestBody.required).toBe(false);
  expect(find('POST /jobs/{}/cancel').requestBody.required).toBe(false);
  expect(find('POST /jobs/{}/model-days/{}/{}/start').requestBody.required).toBe(true);
});

it('tells what a value is that is left out', () => {
  const limit = find('GET /jobs').parameters.find(({ name }: any) => name === 'limit');
  expect(limit).toMatchObject({ required: false, schema: { type: 'integer', default: 100 } });
  const after = find('GET /events').parameters.find(({ name }: any) => name === 'after');
  expect(after).toMatchObject({ required: false, schema: { type: 'integer', default: 0 } });
  const { schema } = find('POST /admin/jobs/cleanup').requestBody.content['application/json'];
  expect(schema.properties.older_than_days).toMatchObject({ default: 30 });
});

it('says what its schemas mean, and has none that nothing refers to', () => {
  expect(document.components.schemas).toMatchObject({
    Time: { description: expect.stringMatching(/RFC 3339/) },
    Problem: { description: expect.stringMatching(/RFC 9457/) },
    Event: { description: expect.any(String) },
    WholeJob: { description: expect.any(String) },
  });
  const text = JSON.stringify(document);
  for (const [kind, named] of Object.entries<object>(document.components))
    for (const name of Object.keys(named)) expect(text).toContain(`"$ref":"#/components/${kind}/${name}"`);
});

it('refers to nothing that is not in it', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  for (const reference of references) {
    expect(reference.split('/').reduce((node, key) => node?.[key], document)).toBeDefined();
  }
});
