// What a handler tells the OpenAPI document: one decorator that names schemas and codes which are declared once.
import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { codesOfMechanisms, type ProblemCode, type ProblemCodes } from './problem-codes.js';
import { problemResponses, problemsOfBodies } from './problem-responses.js';
import type { DescribedAnswer } from './responses.js';

interface Operation<Code extends PropertyKey> {
  /** A plain name for the function that a generated client has. */
  id: string;
  /** What it does, in a line. */
  summary: string;
  answers: Readonly<Record<number, DescribedAnswer>>;
  /** The codes that it may be refused with, beyond those of every request. */
  problems?: readonly Code[];
}

/** The decorators of one part of the service, which knows codes of its own. */
export function operationsWith<Codes extends ProblemCodes>(own: Codes) {
  const all = { ...codesOfMechanisms, ...own };
  const describe = ({ id, summary, answers, problems = [] }: Operation<keyof typeof all>) => {
    const refusals = Object.fromEntries<ProblemCode>(problems.map((code) => [code, all[code]]));
    return applyDecorators(
      ApiOperation({ operationId: id, summary }),
      ...headersTaken(answers, refusals).map(([name, description]) =>
        ApiHeader({ name, description, required: false }),
      ),
      ...Object.entries(answers).map(([status, answer]) =>
        ApiResponse({ status: Number(status), ...answer }),
      ),
      ...problemResponses(refusals).map((response) => ApiResponse(response)),
    );
  };
  return {
    /** Something that only reads. */
    ApiRead: describe,
    /** Something with a body, which may change things. */
    ApiCommand: (operation: Operation<keyof typeof all>) =>
      applyDecorators(describe(operation), ...problemsOfBodies.map((response) => ApiResponse(response))),
  };
}

export const { ApiRead, ApiCommand } = operationsWith({});

/** What a client may send, where it makes sense. */
function headersTaken(answers: Operation<never>['answers'], problems: ProblemCodes) {
  const isStream = Object.values(answers).some(({ content = {} }) => 'text/event-stream' in content);
  const all = [
    ['If-Match', 'The ETag that the caller believes to be changing.', 'version_conflict' in problems],
    ['If-None-Match', 'The ETag that the caller has already: then the answer is 304.', 304 in answers],
    ['Last-Event-ID', 'The last id that the caller has seen: the stream goes on after it.', isStream],
  ] as const;
  return all.filter(([, , isTaken]) => isTaken);
}
