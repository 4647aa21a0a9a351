import tseslint from 'typescript-eslint';

const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' };

/** One fence: files of a folder may not import these at run time. Types may pass where `types` is true. */
function fence(files, groups) {
  return {
    files,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: groups.map(({ group, message, types = false }) => ({
            group,
            message,
            allowTypeImports: types,
          })),
        },
      ],
    },
  };
}

const nodeModules = {
  group: ['node:*', 'fs', 'path', 'crypto', 'child_process', 'net', 'os'],
  message: 'This runs in the workflow sandbox: no Node modules. Do it in an activity.',
};
const nobodyImports = {
  group: ['**/cli/**', '**/worker/**', '**/lab/**', '**/test/**'],
  message: 'Nothing imports cli, worker, lab or test: they are ends, not parts.',
};

export default tseslint.config(
  { ignores: ['node_modules/', 'coverage/', '**/*.d.ts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A missing index is already part of the type (noUncheckedIndexedAccess); what comes from outside often is not.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  fence(
    ['language/**/*.ts'],
    [
      nodeModules,
      { group: ['@temporalio/*', 'yaml', 'node-forge', 'ssh2'], message: 'language/ is pure.' },
      {
        group: ['../!(errors)/**', '../../!(errors)/**'],
        message: 'language/ may import errors/ only.',
        types: true,
      },
    ],
  ),
  fence(
    ['workflows/**/*.ts'],
    [
      nodeModules,
      {
        group: [
          '**/activities/**',
          '@temporalio/activity',
          '@temporalio/client',
          '@temporalio/worker',
          'zod',
          'yaml',
          'node-forge',
          'ssh2',
        ],
        message: 'Not in the workflow sandbox; `import type` is fine.',
        types: true,
      },
      nobodyImports,
    ],
  ),
  fence(
    [
      'activities/**/*.ts',
      'devices/**/*.ts',
      'pki/**/*.ts',
      'loader/**/*.ts',
      'report/**/*.ts',
      'supervisor/**/*.ts',
    ],
    [
      nobodyImports,
      { group: ['@temporalio/testing'], message: '@temporalio/testing is for tests only.' },
      {
        group: ['**/workflows/!(contract.ts|index.ts)'],
        message: 'Enter workflows/ through contract.ts.',
        types: true,
      },
    ],
  ),
  fence(
    ['cli/**/*.ts'],
    [
      {
        group: ['**/worker/**', '**/lab/**', '**/activities/**', '@temporalio/worker'],
        message: 'The command line is only a client.',
        types: true,
      },
      { group: ['@temporalio/testing'], message: '@temporalio/testing is for tests only.' },
    ],
  ),
  fence(
    ['lab/**/*.ts'],
    [
      {
        group: [
          '**/devices/**',
          '**/activities/**',
          '**/errors/**',
          '**/pki/**',
          '**/language/**',
          '**/loader/**',
          '**/workflows/**',
          '**/supervisor/**',
          '**/cli/**',
          '**/worker/**',
        ],
        message: 'The lab shares nothing with the product: a wrong belief must not be shared by both.',
      },
    ],
  ),
  {
    files: ['workflows/**/*.ts', 'language/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Not in the sandbox.' },
        { name: 'fetch', message: 'Not in the sandbox.' },
        { name: 'setInterval', message: 'Not durable; use a timer of the workflow.' },
      ],
    },
  },
  {
    // Async by contract, or programs of the command line.
    files: ['activities/**/*.ts', 'lab/**/*.ts', 'test/**/*.ts', 'cli/**/*.ts'],
    rules: { '@typescript-eslint/require-await': 'off' },
  },
  {
    files: ['lab/main.ts', 'scripts/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.recommended],
    languageOptions: { globals: { process: 'readonly' } },
  },
);
