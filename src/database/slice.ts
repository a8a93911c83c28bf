// What one step of a long read takes. Rows may be large, whatever a caller has put into them.
export interface Slice<Row> {
  rows: Row[];
  /** Whether the query has no more rows. When not, there may be more. */
  isWhole: boolean;
}

/** How much text one step of a long read takes, in characters: about a millisecond of work. */
export const sliceCharacters = 131_072;
