// The arrows between the rooms of src/. An arrow that is not listed here is refused: `npm run check:arrows`.
const mechanisms = [
  'audit',
  'work',
  'idempotency',
  'projection',
  'event-store',
  'database',
  'proof',
  'runtime',
];
const rooms = {
  runtime: [],
  client: ['runtime'],
  proof: [],
  database: ['proof', 'runtime'],
  'event-store': ['database', 'runtime'],
  projection: ['event-store', 'database', 'runtime'],
  idempotency: ['database', 'runtime'],
  work: ['audit', 'idempotency', 'event-store', 'database', 'runtime'],
  audit: ['projection', 'event-store', 'database', 'proof', 'runtime'],
  kind: ['cli', ...mechanisms],
  http: ['kind', ...mechanisms],
  observability: ['kind', 'http', ...mechanisms],
  simulation: ['http', 'kind', ...mechanisms],
};

const arrows = Object.entries(rooms).map(([room, targets]) => ({
  name: `${room}-looks-down-only`,
  comment: `src/${room} may import: ${targets.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: '^src/[^/]+/cli/' },
  to: { path: '^src/', pathNot: `^src/(${[room, ...targets].join('|')})/` },
}));

/** A context's commands: they know what the API shows, and how a person speaks of it. */
const commandsOfContexts = '^src/[^/]+/cli/';

const commandLine = [
  {
    name: 'the-command-line-speaks-through-the-client',
    comment: 'src/cli asks over src/client; its commands on files use what the files need, and no context',
    severity: 'error',
    from: { path: '^src/cli/' },
    to: {
      path: '^src/',
      pathNot:
        '^src/((cli|client|runtime|database|event-store|kind|proof|audit)/|(config|environment|kinds|schema)\\.ts$)',
    },
  },
  {
    name: 'commands-on-files-alone-look-into-files',
    severity: 'error',
    from: {
      path: '^src/cli/',
      pathNot:
        '^src/cli/((accept-rollback|backup|export|key|migrate|restore|verify)-command|database|own-(files|log)|verifier-keys|verify-[a-z]+)\\.ts$',
    },
    to: {
      path: '^src/((database|event-store|kind|proof|audit)/|(kinds|schema)\\.ts$)',
      pathNot: '/(service-lock|engines?)\\.ts$',
    },
  },
  {
    name: 'the-commands-of-a-context-speak-through-the-client',
    comment: 'they may use the types of its answers, and what a replay folds',
    severity: 'error',
    from: { path: commandsOfContexts },
    to: {
      path: '^src/',
      pathNot: `^src/(cli|client|runtime)/|${commandsOfContexts}|^src/[^/]+/(queries/views|[a-z]+-replay)\\.ts$`,
    },
  },
  {
    name: 'what-a-command-of-a-context-shares-is-a-type-or-loaded-late',
    comment: 'who asks a service need not load one',
    severity: 'error',
    from: { path: commandsOfContexts },
    to: {
      path: '^src/[^/]+/(queries/views|[a-z]+-replay)\\.ts$',
      dependencyTypesNot: ['type-only', 'dynamic-import'],
    },
  },
];

module.exports = {
  forbidden: [
    ...arrows,
    ...commandLine,
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
    {
      name: 'what-a-kind-is-to-the-terminal-is-a-type',
      comment: 'the rooms that work over kinds load no command',
      severity: 'error',
      from: { path: '^src/kind/' },
      to: { path: '^src/cli/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'what-a-kind-registers-is-loaded-late',
      comment: 'whoever asks for one part of a kind loads no other: help needs no rules, a thread no Nest',
      severity: 'error',
      from: { path: '^src/(?!kind/|event-store/)[^/]+/kind\\.ts$' },
      to: { dependencyTypesNot: ['type-only', 'dynamic-import'] },
    },
    {
      name: 'one-place-knows-which-database',
      comment: 'what is of one engine is asked of the engine',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(database/|first-migrations\\.ts$)' },
      to: { path: '^src/database/(sqlite|postgres)/' },
    },
    {
      name: 'sqlite-is-known-in-its-folder',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/database/sqlite/' },
      to: { path: 'better-sqlite3' },
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
