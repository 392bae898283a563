import tseslint from 'typescript-eslint';
import { layersPlugin } from './scripts/lint-layers.mjs';
import { PROJECTS } from './scripts/projects.mjs';

const PURE = ['src/ids.ts', 'src/{core,evidence,replay,csource,rules,render,protocol}/**/*.ts'];
const NODE_GLOBALS = Object.fromEntries(
  ['WebAssembly', 'AbortController', 'AbortSignal', 'Buffer', 'TextDecoder', 'TextEncoder', 'URL', 'clearTimeout', 'console', 'fetch', 'performance',
    'process', 'setImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'structuredClone', 'queueMicrotask'].map((name) => [name, 'readonly']),
);
// Functions handed to playwright run in the page, so these files know its globals too.
const PAGE_GLOBALS = Object.fromEntries(
  ['document', 'window', 'location', 'MutationObserver', 'getComputedStyle', 'acquireVsCodeApi', 'axe', 'navigator', 'Event',
    'KeyboardEvent', 'MessageEvent', 'HTMLElement', 'requestAnimationFrame', 'self', 'sessionStorage', 'devicePixelRatio'].map((name) => [name, 'readonly']),
);
const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Export by name: no default exports.',
};
const noReExport = { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that defines the concept.' };

export default tseslint.config(
  { ignores: ['dist/**', 'out/**', 'coverage/**', 'node_modules/**', '.vscode-host/**', '.vscode-test/**', 'media/**', 'test/fixtures/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: PROJECTS,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { layers: layersPlugin },
    rules: {
      'layers/allowed-imports': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, noReExport],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
      'no-var': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      // With noUncheckedIndexedAccess every array read is optional; an index that a loop bound has just proved needs it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    files: PURE,
    rules: {
      'no-restricted-globals': ['error',
        ...['process', 'Buffer', 'require', '__dirname', '__filename', 'console', 'document', 'window', 'self', 'fetch', 'performance',
          'setTimeout', 'setInterval', 'queueMicrotask'].map((name) => ({ name, message: 'Pure rooms use neither Node nor the page.' })),
        { name: 'Date', message: 'No clock in a pure room.' },
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'No randomness: a generator takes a seed.' }],
    },
  },
  // VS Code's Disposable is an interface by use: whatever has dispose().
  { files: ['src/extension/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' } },
  { files: ['vitest.config.mts', '**/*.d.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },
  { files: ['test/host/**/*.ts', 'src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.base],
    languageOptions: { globals: { ...NODE_GLOBALS, ...PAGE_GLOBALS } },
    rules: {
      'no-undef': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
      'no-var': 'error',
      'no-unreachable': 'error',
      'no-dupe-keys': 'error',
      'no-cond-assign': 'error',
      'no-redeclare': 'error',
    },
  },
  { files: ['src/**/*.mjs', 'bin/*.mjs'], rules: { 'no-restricted-syntax': ['error', noDefaultExport] } },
);
