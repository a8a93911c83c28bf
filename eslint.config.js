import tseslint from 'typescript-eslint';

// Clock, chance, ids and timers have one source, src/runtime: everything else is handed them.
const sources = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Ask Runtime.now().' },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Ask Runtime.nowMs().',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Ask Runtime.random().',
  },
  { selector: "Identifier[name='randomUUID']", message: 'Ask Runtime.uuid().' },
  { selector: 'CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]', message: 'Ask Runtime.' },
];

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'reports', '.stryker-tmp', 'data'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Nest modules are classes that exist for their decorator.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      // A row's or an answer's type is what the caller says it is: there is nothing to infer it from.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Nest, TypeORM and our own Runtime take plain objects for what they declare as classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `void promise` would hide an error; a promise is awaited, returned or caught.
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/runtime/**'],
    rules: { 'no-restricted-syntax': ['error', ...sources] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/environment.ts', 'src/cli.ts', 'src/main.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'The environment is read in src/environment.ts only.',
        },
      ],
    },
  },
  {
    // Any number of commands run in one process: each uses what it is handed.
    files: ['src/cli/**', 'src/*/cli/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['env', 'exit', 'exitCode', 'stdout', 'stderr'].map((property) => ({
          object: 'process',
          property,
          message: 'Ask the Shell.',
        })),
      ],
    },
  },
  {
    // What is pure may read a time that it is given (Date.parse), and make none.
    files: ['src/*/domain/**', 'src/**/rows/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...sources,
        { selector: "NewExpression[callee.name='Date']", message: 'Times come in with commands and events.' },
      ],
    },
  },
  {
    // Answers of the API are looked into as a client would: as JSON of unknown shape.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.cjs', '*.js'], ...tseslint.configs.disableTypeChecked },
);
