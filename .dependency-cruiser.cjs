// The arrows between the rooms of src/. An arrow that is not listed here is refused: `npm run check:arrows`.
const mechanisms = ['audit', 'work', 'projection', 'event-store', 'database', 'proof', 'runtime'];
const rooms = {
  runtime: [],
  proof: [],
  database: ['proof', 'runtime'],
  'event-store': ['database', 'runtime'],
  projection: ['event-store', 'database', 'runtime'],
  work: ['event-store', 'database', 'runtime'],
  audit: ['projection', 'event-store', 'database', 'proof', 'runtime'],
  kind: mechanisms,
  http: ['kind', ...mechanisms],
  observability: ['simulation', 'http', ...mechanisms],
  simulation: ['http', 'kind', ...mechanisms],
};

const arrows = Object.entries(rooms).map(([room, targets]) => ({
  name: `${room}-looks-down-only`,
  comment: `src/${room} may import: ${targets.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...targets].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'the-domain-imports-nothing-but-refusals',
      severity: 'error',
      from: { path: '^src/[^/]+/domain/' },
      to: { pathNot: '^src/([^/]+/domain/|runtime/refusal\\.ts$)' },
    },
    {
      name: 'no-context-in-a-mechanism',
      severity: 'error',
      from: { path: `^src/(${mechanisms.join('|')}|kind|http)/` },
      to: { path: '^src/(simulation|documents)/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-development-dependency-in-what-ships',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
