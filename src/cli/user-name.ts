// Who runs the command, as the operating system knows it: the actor of what it asks for.
import { userInfo } from 'node:os';

/** What the service calls itself: it takes that name from nobody. */
const nameOfService = 'daybook';

/**
 * In printable ASCII, other characters percent-encoded; undefined when this user has no name, as in some containers, or
 * the one of the service itself.
 */
export function userName(): string | undefined {
  const name = systemName();
  if (name === '' || name === nameOfService) return undefined;
  return /^[\x21-\x7e]{1,200}$/.test(name) ? name : encodeURIComponent(name).slice(0, 200);
}

function systemName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
