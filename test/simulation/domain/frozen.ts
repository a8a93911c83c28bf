// Freezes a state with all that it holds: whoever changes it in place gets a TypeError instead of a silent success.

/** Returns the same object. What a Map holds cannot be frozen; compare that by `plain`. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) frozen(member);
  return value;
}
