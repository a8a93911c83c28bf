// Requests are checked against one schema each: all wrong fields are reported at once.
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { pointerOf } from '../runtime/json-pointer.js';
import { invalidRequest, type FieldProblem } from './problem.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly keys?: readonly string[];
}

/** A problem for each wrong field; each unknown field is one of its own. */
function* fieldProblems(issues: readonly Issue[]): Generator<FieldProblem> {
  for (const { message, path = [], keys } of issues) {
    const pointer = pointerOf(path.map((segment) => (typeof segment === 'object' ? segment.key : segment)));
    if (keys === undefined) yield { pointer, detail: message };
    for (const key of keys ?? [])
      yield { pointer: pointer + pointerOf([key]), detail: 'is not a field of this request' };
  }
}

/** How many problems one answer lists. */
const reportedMax = 100;

/** The first hundred; when there are more, a last one says how many were found. */
function reportedProblems(issues: readonly Issue[]): FieldProblem[] {
  const total = issues.reduce((sum, { keys }) => sum + (keys?.length ?? 1), 0);
  const problems: FieldProblem[] = [];
  for (const problem of fieldProblems(issues)) {
    if (problems.length === reportedMax) {
      return [
        ...problems,
        { pointer: '', detail: `and at least ${total - reportedMax} more that are not listed` },
      ];
    }
    problems.push(problem);
  }
  return problems;
}

class ValidationPipe extends StandardSchemaValidationPipe {
  /** Nest would drop keys like `constructor` from a result, and say nothing. */
  protected override stripProtoKeys(): void {
    // A schema refuses them everywhere else.
  }
}

export const validationPipe = new ValidationPipe({
  exceptionFactory: (issues) => invalidRequest(reportedProblems(issues)),
});
