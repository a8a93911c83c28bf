// An error as the log shows it. Pino would add every property of it: a driver's error carries the parameters of its
// statement, and so what somebody sent.

interface ErrorFacts {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: ErrorFacts;
}

/** The chain of causes is cut there: one that is its own cause has no end. */
const causesMax = 5;

export function errorFacts(error: unknown, depth = 0): ErrorFacts {
  if (!(typeof error === 'object' && error !== null && 'message' in error))
    return { type: typeof error, message: String(error) };
  const { name, message, stack, code, cause } = error as Partial<Error & { code: unknown }>;
  return {
    type: name ?? 'Error',
    message: String(message),
    ...(typeof code === 'string' && { code }),
    ...(typeof stack === 'string' && { stack }),
    ...(cause !== undefined && depth < causesMax && { cause: errorFacts(cause, depth + 1) }),
  };
}
