// What a handler tells the OpenAPI document: one decorator that names schemas and codes which are declared once.
import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { codesOfCommands, codesOfMechanisms, type ProblemCode, type ProblemCodes } from './problem-codes.js';
import { problemResponses, problemsOfBodies } from './problem-responses.js';
import { headerReferences, type DescribedAnswer } from './responses.js';

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
export function operationsWith<Codes extends ProblemCodes>(ownCodes: Codes) {
  const all = { ...codesOfMechanisms, ...ownCodes };
  const describe = (operation: Operation<keyof typeof all>, isCommand: boolean) => {
    const { id, summary, answers, problems = [] } = operation;
    const own = Object.fromEntries<ProblemCode>(problems.map((code) => [code, all[code]]));
    const refusals = isCommand ? { ...own, ...codesOfCommands } : own;
    return applyDecorators(
      ApiOperation({ operationId: id, summary }),
      ...headersTaken(answers, refusals, isCommand).map(([name, description]) =>
        ApiHeader({ name, description, required: false }),
      ),
      ...Object.entries(answers).map(([status, answer]) =>
        ApiResponse({ status: Number(status), ...(isCommand ? replayable(answer) : answer) }),
      ),
      ...problemResponses(refusals).map((response) => ApiResponse(response)),
    );
  };
  return {
    /** Something that only reads. */
    ApiRead: (operation: Operation<keyof typeof all>) => describe(operation, false),
    /** Something with a body, which may change things. */
    ApiCommand: (operation: Operation<keyof typeof all>) =>
      applyDecorators(
        RouteConfig({ takesIfMatch: operation.problems?.includes('version_conflict') === true }),
        describe(operation, true),
        ...problemsOfBodies.map((response) => ApiResponse(response)),
      ),
  };
}

export const { ApiRead, ApiCommand } = operationsWith({});

const replayable = ({ headers, ...answer }: DescribedAnswer): DescribedAnswer => ({
  ...answer,
  headers: { ...headers, ...headerReferences('Idempotency-Replayed') },
});

const actorMeans =
  'Who asks: 1 to 200 printable characters of ASCII, kept as given and marked as unproven. Without it, a worker is who it says it is, and anybody else is `anonymous`.';

const keyMeans =
  'A word of the caller for this one request: sent again within 24 hours, the request is not done again and gets the first answer.';

/** What a client may send, where it makes sense. */
function headersTaken(answers: Operation<never>['answers'], problems: ProblemCodes, isCommand: boolean) {
  const isStream = Object.values(answers).some(({ content = {} }) => 'text/event-stream' in content);
  const all = [
    ['X-Actor', actorMeans, isCommand],
    ['Idempotency-Key', keyMeans, isCommand],
    ['If-Match', 'The ETag that the caller believes to be changing.', 'version_conflict' in problems],
    ['If-None-Match', 'The ETag that the caller has already: then the answer is 304.', 304 in answers],
    ['Last-Event-ID', 'The last id that the caller has seen: the stream goes on after it.', isStream],
  ] as const;
  return all.filter(([, , isTaken]) => isTaken);
}
