// Requests are checked against one schema each: all wrong fields are reported at once.
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { invalidRequest, type FieldProblem } from './problem.js';

const escaped = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');

/** A JSON pointer (RFC 6901). */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((segment) => `/${escaped(String(segment))}`).join('');

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly keys?: readonly string[];
}

/** A problem for each wrong field; each unknown field is one of its own. */
function fieldProblems(issues: readonly Issue[]): FieldProblem[] {
  return issues.slice(0, reportedMax).flatMap(({ message, path = [], keys }) => {
    const pointer = pointerOf(path.map((segment) => (typeof segment === 'object' ? segment.key : segment)));
    if (keys === undefined) return [{ pointer, detail: message }];
    return keys
      .slice(0, reportedMax)
      .map((key) => ({ pointer: `${pointer}/${escaped(key)}`, detail: 'is not a field of this request' }));
  });
}

/** A request with 100,000 wrong dates is told of the first hundred. */
const reportedMax = 100;

class ValidationPipe extends StandardSchemaValidationPipe {
  /** Nest would drop keys like `constructor` from a result, and say nothing. */
  protected override stripProtoKeys(): void {
    // A schema refuses them everywhere else.
  }
}

export const validationPipe = new ValidationPipe({
  exceptionFactory: (issues) => invalidRequest(fieldProblems(issues)),
});
