// What a process that was forked answers.
import { once } from 'node:events';

/**
 * The next message; to be asked for before the question is sent.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<unknown>}
 * @throws Error when it ends without an answer
 */
export async function answerOf(child) {
  const over = new AbortController();
  const { signal } = over;
  try {
    const message = once(child, 'message', { signal });
    const end = once(child, 'exit', { signal }).then(() => {
      throw new Error('a process ended that was to answer');
    });
    const answers = /** @type {unknown[]} */ (await Promise.race([message, end]));
    return answers[0];
  } finally {
    over.abort();
  }
}
