// Refuses lists that are longer than any job before a value in them is looked at: 4 MB of wrong values would keep the
// service busy for seconds. A guard, since guards come before the check of the body.
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalidRequest, type FieldProblem } from '../../http/problem.js';
import { JobPolicy } from '../commands/job-policy.js';
import type { TriggerRequest } from './requests.js';

const lists = ['date_range', 'models'] as const satisfies readonly (keyof TriggerRequest)[];

@Injectable()
export class ListLengths implements CanActivate {
  constructor(private readonly policy: JobPolicy) {}

  /** @throws Problem `invalid_request`, pointing at each list that is too long */
  canActivate(context: ExecutionContext): true {
    // Not checked yet: it may be anything that JSON can say.
    const { body } = context.switchToHttp().getRequest<FastifyRequest<{ Body: unknown }>>();
    if (typeof body !== 'object' || body === null) return true;
    const problems = lists.flatMap((name) => this.problemOf(name, (body as Record<string, unknown>)[name]));
    if (problems.length > 0) throw invalidRequest(problems);
    return true;
  }

  private problemOf(name: string, list: unknown): FieldProblem[] {
    const { modelDaysMax } = this.policy.limits;
    if (!Array.isArray(list) || list.length <= modelDaysMax) return [];
    const detail = `names ${list.length} values; one job may have ${modelDaysMax} model-days`;
    return [{ pointer: `/${name}`, detail }];
  }
}
