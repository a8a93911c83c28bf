// Which errors of the database are what: to be tried again, to wait for an admin, or a defect of ours.
import { sqliteCodes } from './sqlite/unavailable-codes.js';

/** Of every engine: no two use the same. */
const codes = [...sqliteCodes];

/** The database cannot take a write now; nothing was written. The same request may succeed later. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';

  constructor(
    /** `busy`, `full`, `io`, `corrupt`, `gone`, `overloaded` or `closed`. */
    readonly reason: UnavailableReason,
    cause?: unknown,
  ) {
    super(`the database is ${descriptions[reason]}`, { cause });
  }
}

const descriptions = {
  busy: 'locked by another process',
  full: 'out of disk space',
  io: 'not readable or writable',
  corrupt: 'damaged',
  gone: 'gone: a file of it was moved, deleted or replaced while the service runs',
  overloaded: 'behind with its writes',
  closed: 'closed: the service is stopping',
};

export type UnavailableReason = keyof typeof descriptions;

// By its shape and not its class: a native module's error may belong to another realm (a vm context of a test runner).
const codeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return '';
  if ('driverError' in error) return codeOf(error.driverError);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
};

/** Why the database could not do it, or undefined when the error is no fault of the database. */
export function unavailableReason(error: unknown): UnavailableReason | undefined {
  if (error instanceof DatabaseUnavailable) return error.reason;
  const code = codeOf(error);
  return codes.find(([prefix]) => code.startsWith(prefix))?.[1];
}

export const isBusy = (error: unknown): boolean => unavailableReason(error) === 'busy';
