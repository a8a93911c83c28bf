// A setting with which no work could run: said at the start, not when the first piece of work fails.

export class UnusableExecutor extends Error {
  override readonly name = 'UnusableExecutor';
}
