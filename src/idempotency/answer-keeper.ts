// How a command keeps its answer: whoever gives it hands it a keeper, and its handler runs the transaction under it.
import type { Awaitable, Transaction } from '../database/transaction.js';
import type { UnitOfWork } from '../database/write-queue.js';

/** @template Result what the command comes to, from which its answer is made */
export interface AnswerKeeper<Result> {
  keep(transaction: Transaction, result: Result): Awaitable<void>;
}

/** The work of a command, which also writes the answer down: what is acknowledged is never done twice. */
export const keeping = <Result>(
  keeper: AnswerKeeper<Result> | undefined,
  work: UnitOfWork<Result>,
): UnitOfWork<Result> =>
  keeper === undefined
    ? work
    : async (transaction) => {
        const result = await work(transaction);
        await keeper.keep(transaction, result);
        return result;
      };
