// What a client can take, from a header like `Accept` or `Accept-Encoding` (RFC 9110 §12.4.2).

/** Each name, in lower case, with its weight from 0 (not at all) to 1; parameters are left out. */
export function weightsIn(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const one of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = one.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
    const known = weight === undefined ? 1 : Number(weight);
    if (name !== '') weights.set(name, Number.isNaN(known) ? 1 : known);
  }
  return weights;
}
