// Refuses lists that are longer than any job before a value in them is looked at: 4 MB of wrong values would keep the
// service busy for seconds. A guard, since guards come before the check of the body.
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalidRequest } from '../../http/problem.js';
import { pointerOf } from '../../http/validation.js';
import { JobPolicy } from '../job-policy.js';

@Injectable()
export class ListLengths implements CanActivate {
  constructor(private readonly policy: JobPolicy) {}

  /** @throws Problem `invalid_request`, pointing at each list that is too long */
  canActivate(context: ExecutionContext): true {
    const { modelDaysMax } = this.policy.limits;
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    const problems = Object.entries(body ?? {})
      .filter(([, value]) => Array.isArray(value) && value.length > modelDaysMax)
      .map(([name, list]) => ({
        pointer: pointerOf([name]),
        detail: `names ${(list as unknown[]).length} values; one job may have ${modelDaysMax} model-days`,
      }));
    if (problems.length > 0) throw invalidRequest(problems);
    return true;
  }
}
