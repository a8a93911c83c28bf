// The two encodings of the proof formats, read strictly: what was written one way is read in that one way only, so
// that nobody can make a second text of the same meaning.

/** Standard Base 64 with padding (RFC 4648, Section 4), no other alphabet, no spaces, no stray bits at the end. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** An ASCII decimal without leading zeroes, as far as a number is exact: up to 2^53 − 1. */
export function fromDecimal(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}
