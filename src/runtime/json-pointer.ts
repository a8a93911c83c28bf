// Where in a JSON value something is (RFC 6901).

export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((segment) => `/${escaped(String(segment))}`).join('');

const escaped = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');
