// How figures are shown: as text while it runs, and as Markdown to keep.

/** @typedef {import('./rounds.js').Spread} Spread */

/**
 * @typedef {object} Target
 * @property {string} figure what is compared
 * @property {string} measured
 * @property {string} target
 * @property {boolean} isMet
 */

/**
 * @typedef {object} Section
 * @property {string} title
 * @property {string[]} how it was measured, in sentences
 * @property {[what: string, value: string][]} figures
 * @property {Target[]} targets
 */

/**
 * @param {Spread} spread
 * @param {number} [digits] after the point
 */
export function shown({ median, min, max }, digits = 0) {
  const [middle, low, high] = [median, min, max].map((value) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  return `${middle ?? ''} (${low ?? ''}–${high ?? ''})`;
}

/**
 * @param {string} figure
 * @param {Spread} spread of which the median counts
 * @param {number} least
 * @returns {Target}
 */
export const atLeast = (figure, spread, least) => ({
  figure,
  measured: shown(spread, 2),
  target: `≥ ${least}`,
  isMet: spread.median >= least,
});

/**
 * @param {string} figure
 * @param {Spread} spread of which the median counts
 * @param {number} most
 * @returns {Target}
 */
export const atMost = (figure, spread, most) => ({
  figure,
  measured: shown(spread, 2),
  target: `≤ ${most}`,
  isMet: spread.median <= most,
});

const verdict = (/** @type {Target} */ { isMet }) => (isMet ? 'met' : 'NOT MET');

/** @param {Section} section */
export function asText({ title, how, figures, targets }) {
  const width = Math.max(
    ...[...figures.map(([what]) => what), ...targets.map(({ figure }) => figure)].map(lengthOf),
  );
  return [
    `\n${title}`,
    ...how.map((sentence) => `  ${sentence}`),
    ...figures.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`),
    ...targets.map(
      (one) => `  ${one.figure.padEnd(width)}  ${one.measured}  target ${one.target}: ${verdict(one)}`,
    ),
    '',
  ].join('\n');
}

const lengthOf = (/** @type {string} */ text) => text.length;

/**
 * @param {readonly Section[]} sections
 * @param {readonly [what: string, value: string][]} machine
 */
export function asMarkdown(sections, machine) {
  const targets = sections.flatMap((section) => section.targets);
  return [
    '# What was measured',
    '',
    'Written by `npm run bench`, in one run. Two things that are compared were measured in turn, round by round;',
    'every figure is the median of the rounds, with the least and the greatest in brackets.',
    '',
    ...table(
      ['Figure', 'Measured', 'Target', ''],
      targets.map((one) => [one.figure, one.measured, one.target, verdict(one)]),
    ),
    ...table(['Machine', ''], machine),
    ...sections.flatMap(({ title, how, figures }) => [
      `## ${title}`,
      '',
      ...how,
      '',
      ...table(['Figure', 'Measured'], figures),
    ]),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
const table = (head, rows) => [
  ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
  '',
];
