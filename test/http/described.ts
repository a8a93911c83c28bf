// Holds real answers against the OpenAPI document: what it does not declare is an error, in words.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Answer } from '../support/client.js';

export interface Described {
  /** All operations that the document has. */
  operations: readonly Operation[];
  /** The operation that a request reaches. */
  find(method: string, path: string): Operation;
  /** What is wrong with an answer; empty when all is as the document says. */
  differences(operation: Operation, answer: Answer): string[];
}

export interface Operation {
  id: string;
  method: string;
  /** Like `/jobs/{jobId}`. */
  path: string;
  responses: Record<string, any>;
}

/** The document is open to fields of later versions; an answer of this one has none that it does not tell. */
function close(node: any, isPartOfOthers = false): void {
  if (typeof node !== 'object' || node === null) return;
  if (node.allOf !== undefined) node.unevaluatedProperties = false;
  if (node.type === 'object' && node.properties !== undefined && !isPartOfOthers)
    node.additionalProperties ??= false;
  for (const [key, child] of Object.entries(node)) close(child, key === 'Problem');
}

const escaped = (key: string): string => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Headers that must be there when they are declared, and must be declared when they are there. */
const exact = ['etag', 'location', 'retry-after', 'x-correlation-id'];

export function describedBy(document: any): Described {
  const closed = structuredClone(document);
  close(closed.components.schemas);
  close(closed.components.responses);
  close(closed.paths);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv, ['date', 'date-time']);
  ajv.addFormat('base64', true);
  ajv.addSchema({ $id: 'daybook', ...closed });

  const operations = Object.entries<Record<string, any>>(closed.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: id, responses }]) => ({
      id,
      method,
      path,
      responses,
    })),
  );

  const checks = new Map<string, ValidateFunction>();
  const checkOf = (pointer: string): ValidateFunction => {
    const check = checks.get(pointer) ?? ajv.compile({ $ref: `daybook#${pointer}` });
    checks.set(pointer, check);
    return check;
  };

  /** A response and where it stands in the document. */
  const responseOf = ({ method, path, responses }: Operation, status: number) => {
    const response = responses[status];
    if (response?.$ref === undefined)
      return {
        response,
        pointer: ['', 'paths', path, method, 'responses', String(status)].map(escaped).join('/'),
      };
    const name = (response.$ref as string).split('/').at(-1)!;
    return { response: closed.components.responses[name], pointer: `/components/responses/${name}` };
  };

  const bodyDifferences = (pointer: string, type: string, body: unknown): string[] => {
    const check = checkOf(`${pointer}/content/${escaped(type)}/schema`);
    const values = type === 'application/x-ndjson' ? linesOf(body as string) : [body];
    return values.flatMap((value) =>
      check(value) ? [] : check.errors!.map((error) => `${error.instancePath} ${ajv.errorsText([error])}`),
    );
  };

  return {
    operations,
    find(method, path) {
      const found = operations
        .filter((one) => one.method === method && matches(one.path, path.replace(/\?.*/, '')))
        .toSorted((one, other) => one.path.split('{').length - other.path.split('{').length)[0];
      if (found === undefined) throw new Error(`the document has no ${method} ${path}`);
      return found;
    },
    differences(operation, { status, headers, body }) {
      const { response, pointer } = responseOf(operation, status);
      if (response === undefined) return [`status ${status} is not declared`];
      const declared = Object.keys(response.headers ?? {}).map((name) => name.toLowerCase());
      const wrongHeaders = exact
        .filter((name) => headers.has(name) !== declared.includes(name))
        .map((name) => `header ${name} is ${headers.has(name) ? 'not declared' : 'missing'}`);
      if (headers.has('link') && !declared.includes('link')) wrongHeaders.push('header link is not declared');
      const types = Object.keys(response.content ?? {});
      const type = headers.get('content-type')?.split(';')[0];
      if (type === undefined && types.length === 0) return wrongHeaders;
      if (type === undefined || !types.includes(type))
        return [...wrongHeaders, `media type ${type} is not declared`];
      return [...wrongHeaders, ...bodyDifferences(pointer, type, body)];
    },
  };
}

const linesOf = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

function matches(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => segment.startsWith('{') || segment === given[index])
  );
}
