// Why a service cannot start on a database, in words for whoever starts it.

/** The database is not one that this Daybook can work with; the message says why and what to do. */
export class UnusableDatabase extends Error {
  override readonly name = 'UnusableDatabase';
}
