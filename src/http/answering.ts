// Answers a command: once it is done, and with an `Idempotency-Key` also for whoever repeats it, out of the transaction
// that did it.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AnswerKeeper } from '../idempotency/answer-keeper.js';

export interface MadeAnswer<Body> {
  /** The one of `@HttpCode()` when not given. */
  status?: number;
  /** By lower-case name. */
  headers?: Readonly<Record<string, string>>;
  /** A string is JSON text already. */
  body: Body;
}

export class Answering {
  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {}

  /**
   * @param execute gives the command, with the keeper that its handler is to run under (`keeping`)
   * @param make the answer, from what the command came to and what is committed
   * @returns the body
   */
  async of<Result, Body>(
    execute: (keeper: AnswerKeeper<Result> | undefined) => Promise<Result>,
    make: (result: Result) => MadeAnswer<Body> | Promise<MadeAnswer<Body>>,
  ): Promise<Body> {
    const { keyed } = this.request;
    let made: MadeAnswer<Body> | undefined;
    const keeper: AnswerKeeper<Result> | undefined = keyed && {
      keep: async (transaction, result) => {
        made = await make(result);
        keyed.keepIn(transaction, this.textOf(made));
      },
    };
    const result = await execute(keeper);
    const { status, headers = {}, body } = made ?? (await make(result));
    if (status !== undefined) this.reply.code(status);
    this.reply.headers(headers);
    return body;
  }

  private textOf({ status = this.reply.statusCode, headers, body }: MadeAnswer<unknown>) {
    const type = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
    return {
      status,
      headers: JSON.stringify({ ...type, ...headers }),
      body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    };
  }
}

/** `@Answers()`: for a command of one transaction. */
export const Answers = createParamDecorator((_: unknown, context: ExecutionContext): Answering => {
  const http = context.switchToHttp();
  return new Answering(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});
